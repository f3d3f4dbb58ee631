package import WarderModel
import Sealing

/// Reading the log. To read is an event itself, written before the first line is shown.
package enum Log {
    /// One step of a reader through the log.
    package struct Page: Sendable {
        /// Those that matched. Whether a damaged one would have, nobody knows: it is always among them.
        package var events: [NumberedEvent] = []
        /// Number of the last event that was looked at; where the next page goes on.
        package var scannedTo: UInt64
        /// Whether there is nothing more to look at.
        package var isComplete: Bool
        /// How far the log was pruned: what was before is not looked at.
        package var pruned: PrunedLog?

        /// The mark, where a reader who was at a number passed over events before it that may have been what they asked
        /// for: when each of them happened, and what it said, is not known any more.
        package func gap(behind number: UInt64, for filter: EventFilter) -> PrunedLog? {
            guard let pruned, pruned.through > number, filter.since.map({ $0 < pruned.before }) ?? true else {
                return nil
            }
            return pruned
        }
    }

    /// Permission to search: the number of the event that says so. Requires `auditor`.
    package static func search(_ filter: EventFilter, by caller: Caller) -> Command<UInt64> {
        permission(.auditSearch, filter, caller)
    }

    /// Permission to export: the number of the event that says so. Requires `auditor`.
    package static func export(_ filter: EventFilter, by caller: Caller) -> Command<UInt64> {
        permission(.auditExport, filter, caller)
    }

    private static func permission(_ action: Action, _ filter: EventFilter, _ caller: Caller) -> Command<UInt64> {
        Command(action, by: caller) { transaction, event throws(Refusal) in
            event.changes =
                filter.conditions.map { condition in
                    // Somebody may look for what leaked: what they typed must not come to stand in the log.
                    let name = condition.path.joined(separator: ".")
                    return name == "changes" ? "where \(name)" : "where \(name)=\(condition.value)"
                }
                + [filter.since.map { "since=\($0)" }, filter.until.map { "until=\($0)" }].compactMap(\.self)
            return transaction.lastSequence + 1
        }
    }
}

extension Vault {
    /// Events of the store that are opened at a time: bounds memory, and how long a reader keeps the database's past
    /// alive.
    private static let chunk = 512

    /// Looks through the log from one event on. Blocks; never on an event loop.
    ///
    /// `after`: look at events with greater numbers (or smaller ones, `newestFirst`).
    /// `last`: and with none greater than this.
    /// `limit`: stop when so many have matched.
    /// `budget`: stop when so many were looked at, matching or not.
    /// - Throws: `sealed`, `auditUnavailable` when the store cannot be read.
    package func events(
        matching filter: EventFilter,
        after: UInt64,
        through last: UInt64 = UInt64(Int64.max),
        limit: Int,
        budget: Int,
        newestFirst: Bool = false
    ) throws(Refusal) -> Log.Page {
        guard let keys else { throw .sealed }
        let pruned = prunedLog
        let floor = pruned?.through ?? 0
        var page = Log.Page(scannedTo: after, isComplete: false, pruned: pruned)
        var budget = budget
        while page.events.count < limit, budget > 0 {
            let first = newestFirst ? floor + 1 : max(page.scannedTo, floor) + 1
            let last = newestFirst ? min(last, max(page.scannedTo, 1) - 1) : last
            guard first <= last else { break }
            let part: LogPart
            do throws(StoreError) {
                part = try logPart(
                    in: first...last,
                    times: filter.times,
                    // Without conditions every one matches.
                    limit: min(Self.chunk, budget, filter.conditions.isEmpty ? limit - page.events.count : .max),
                    newestFirst: newestFirst
                )
            } catch { throw refusal(of: error) }
            guard let end = part.end else {
                page.isComplete = true
                return page
            }
            for row in part.rows {
                let event = try row.opened(with: keys)
                page.scannedTo = event.sequence
                if filter.matches(event) { page.events.append(event) }
                if page.events.count == limit { return page }
            }
            page.scannedTo = end
            budget -= max(1, part.rows.count)
        }
        page.isComplete = newestFirst ? page.scannedTo <= floor + 1 : page.scannedTo >= last
        return page
    }
}
