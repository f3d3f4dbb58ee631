import Sealing
import TransparencyLog
import WarderModel

/// A part of the log in the order of a search, past rows that the store cannot read.
struct LogPart {
    enum Row {
        case sealed(SealedEvent)
        /// The store has something under this number, and cannot read it.
        case unreadable(UInt64)

        var sequence: UInt64 {
            switch self {
            case .sealed(let event): event.sequence
            case .unreadable(let sequence): sequence
            }
        }

        /// What is to be had of the event: one that does not open is one that is damaged.
        ///
        /// - Throws: `auditUnavailable` when memory ran out, which says nothing of the event.
        func opened(with keys: OpenKeys) throws(Refusal) -> NumberedEvent {
            guard case .sealed(let event) = self else {
                return NumberedEvent(sequence: sequence, content: .damaged(leaf: nil))
            }
            do throws(SealingError) {
                return NumberedEvent(sequence: sequence, content: .whole(try keys.events.open(event)))
            } catch .exhausted {
                throw .auditUnavailable
            } catch {
                return NumberedEvent(sequence: sequence, content: .damaged(leaf: TreeHash(event.leaf)))
            }
        }
    }

    var rows: [Row]
    /// The last number that was looked at; `nil` when there is nothing more to look at.
    var end: UInt64?
}

extension Vault {
    /// The next rows of a search, at most `limit`. Blocks.
    ///
    /// Where the store cannot read them together, it is asked for one number after the other, so that a damaged page
    /// hides no more than the rows on it. What such a row says of its time cannot be read either: it belongs to every
    /// search.
    ///
    /// - Throws: `StoreError` when the store cannot be read at all.
    func logPart(
        in numbers: ClosedRange<UInt64>,
        times: ClosedRange<Timestamp>,
        limit: Int,
        newestFirst: Bool
    ) throws(StoreError) -> LogPart {
        do throws(StoreError) {
            let rows = try store.events(in: numbers, times: times, limit: limit, newestFirst: newestFirst)
            if Self.isInOrder(rows.map(\.sequence), in: numbers, newestFirst: newestFirst) {
                return LogPart(rows: rows.map { .sealed($0) }, end: rows.last?.sequence)
            }
        } catch .damaged {} catch { throw error }
        return try oneByOne(in: numbers, times: times, limit: limit, newestFirst: newestFirst)
    }

    /// In a broken tree the engine can find other rows than it was asked for, and the same ones again and again.
    private static func isInOrder(_ found: [UInt64], in numbers: ClosedRange<UInt64>, newestFirst: Bool) -> Bool {
        found.allSatisfy(numbers.contains)
            && zip(found, found.dropFirst()).allSatisfy { newestFirst ? $0 > $1 : $0 < $1 }
    }

    private func oneByOne(
        in numbers: ClosedRange<UInt64>,
        times: ClosedRange<Timestamp>,
        limit: Int,
        newestFirst: Bool
    ) throws(StoreError) -> LogPart {
        var part = LogPart(rows: [], end: nil)
        let last = min(numbers.upperBound, sequence)
        guard numbers.lowerBound <= last else { return part }
        var number = newestFirst ? last : numbers.lowerBound
        for _ in 0..<max(1, limit) {
            do throws(StoreError) {
                let found = try store.events(in: number...number, times: times, limit: 1, newestFirst: false)
                part.rows += found.map { $0.sequence == number ? .sealed($0) : .unreadable(number) }
            } catch .damaged {
                part.rows.append(.unreadable(number))
            }
            part.end = number
            guard number != (newestFirst ? numbers.lowerBound : last) else { break }
            number = newestFirst ? number - 1 : number + 1
        }
        return part
    }
}
