import GRDB
package import Sealing
package import WarderCore
package import WarderModel

extension SQLiteStore {
    /// Each step reads from the database as it is at that moment and lets go of it, so that a long search does not
    /// hold up the writing back of the log. Events do not change, so the steps fit together.
    package func events(
        in range: ClosedRange<UInt64>,
        times: ClosedRange<Timestamp>,
        limit: Int,
        newestFirst: Bool
    ) throws(StoreError) -> [SealedEvent] {
        guard limit > 0, var numbers = ClosedRange(clamping: range) else { return [] }
        return try storing {
            var events: [SealedEvent] = []
            while events.count < limit {
                let step = try scans.inDatabase { database in
                    try LogQuery(database: database, times: times, newestFirst: newestFirst)
                        .step(within: numbers, limit: limit - events.count)
                }
                guard let step else { break }
                events += step.events
                guard let rest = numbers.without(step.numbers, newestFirst: newestFirst) else { break }
                numbers = rest
            }
            return events
        }
    }
}

extension ClosedRange<Int64> {
    /// Those of the numbers that an event can have; `nil` when there are none.
    fileprivate init?(clamping range: ClosedRange<UInt64>) {
        guard range.upperBound >= 1, let lower = Int64(exactly: Swift.max(1, range.lowerBound)) else { return nil }
        self = lower...Int64(clamping: range.upperBound)
    }

    /// What is left behind (or, `newestFirst`, before) a part of the range.
    fileprivate func without(_ part: ClosedRange<Int64>, newestFirst: Bool) -> ClosedRange<Int64>? {
        if newestFirst {
            part.lowerBound > lowerBound ? lowerBound...part.lowerBound - 1 : nil
        } else {
            part.upperBound < upperBound ? part.upperBound + 1...upperBound : nil
        }
    }
}
