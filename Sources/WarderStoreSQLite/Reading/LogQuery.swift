import GRDB
import Sealing
import WarderModel

/// One step of a search through the log.
///
/// A time is found by way of `log_spans`, which says for each thousand events between which times they lie. An index
/// of all times would be one more page to write with every commit; and time cannot be searched by halving, because
/// clocks are set back.
struct LogQuery {
    let database: Database
    let times: ClosedRange<Timestamp>
    let newestFirst: Bool

    /// Events that one row of `log_spans` speaks for; the trigger that fills it says the same.
    private static let span: Int64 = 1024

    /// Looks at the next numbers that can have matching events.
    ///
    /// - Parameters:
    ///   - numbers: from 1.
    ///   - limit: most events to return.
    /// - Returns: the numbers that are dealt with, and their matching events; when the limit is reached, some of the
    ///   numbers may be left. `nil` when nothing in `numbers` can match.
    /// - Throws: `StoreError` or `DatabaseError`.
    func step(
        within numbers: ClosedRange<Int64>,
        limit: Int
    ) throws -> (numbers: ClosedRange<Int64>, events: [SealedEvent])? {
        guard let next = try isUnbounded ? numbers : window(within: numbers) else { return nil }
        return (next, try events(in: next, limit: limit))
    }

    private var isUnbounded: Bool { times.lowerBound.milliseconds == .min && times.upperBound.milliseconds == .max }

    /// The first numbers in the direction of the search that are in a span of the right time, or in none yet.
    private func window(within numbers: ClosedRange<Int64>) throws -> ClosedRange<Int64>? {
        let spanned =
            try Int64.fetchOne(database.cachedStatement(sql: "SELECT max(span) FROM log_spans"))
            .map { $0 * Self.span } ?? 0
        let tail = max(numbers.lowerBound, spanned + 1)
        if newestFirst, tail <= numbers.upperBound { return tail...numbers.upperBound }
        if let span = try matchingSpan(within: numbers) {
            let first = (span - 1) * Self.span + 1
            return numbers.clamped(to: first...first + Self.span - 1)
        }
        return tail <= numbers.upperBound ? tail...numbers.upperBound : nil
    }

    private func matchingSpan(within numbers: ClosedRange<Int64>) throws -> Int64? {
        try Int64.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT span FROM log_spans
                    WHERE span BETWEEN ? AND ? AND earliest <= ? AND latest >= ? ORDER BY span \(order) LIMIT 1
                    """
            ),
            arguments: [
                Self.spanNumber(numbers.lowerBound), Self.spanNumber(numbers.upperBound),
                times.upperBound.milliseconds, times.lowerBound.milliseconds,
            ]
        )
    }

    private static func spanNumber(_ sequence: Int64) -> Int64 { (sequence - 1) / span + 1 }

    private func events(in numbers: ClosedRange<Int64>, limit: Int) throws -> [SealedEvent] {
        let rows = try Row.fetchCursor(
            database.cachedStatement(
                sql: """
                    SELECT seq, time, leaf, epoch, sealed FROM log_payloads JOIN log_leaves USING (seq)
                    WHERE seq BETWEEN ? AND ? AND (time BETWEEN ? AND ? OR typeof(time) <> 'integer')
                    ORDER BY seq \(order) LIMIT ?
                    """
            ),
            arguments: [
                numbers.lowerBound, numbers.upperBound, times.lowerBound.milliseconds, times.upperBound.milliseconds,
                limit,
            ]
        )
        var events: [SealedEvent] = []
        while let row = try rows.next() { events.append(try SealedEvent(row)) }
        return events
    }

    private var order: String { newestFirst ? "DESC" : "ASC" }
}
