import Sealing
package import WarderModel

/// An event as somebody reads it who goes through the whole log.
package struct NumberedEvent: Sendable {
    package let sequence: UInt64
    /// docs/formats/event.md.
    package let canonical: [UInt8]
}

extension Vault {
    /// The next events behind a number, at most `limit`, in order; none at the end of the log. Blocks.
    ///
    /// - Throws: `sealed`; `auditUnavailable` when the store cannot be read; `valueDamaged` when the first of them does
    ///   not open. One that does not open ends what is returned before it.
    package func events(after sequence: UInt64, limit: Int) throws(Refusal) -> [NumberedEvent] {
        guard let keys else { throw .sealed }
        guard sequence < UInt64(Int64.max) else { return [] }
        let rows: [SealedEvent]
        do {
            rows = try store.events(
                in: sequence + 1...UInt64(Int64.max),
                times: EventFilter().times,
                limit: limit,
                newestFirst: false
            )
        } catch { throw .auditUnavailable }
        var events: [NumberedEvent] = []
        for row in rows {
            do {
                events.append(NumberedEvent(sequence: row.sequence, canonical: try keys.events.open(row)))
            } catch {
                if events.isEmpty { throw .valueDamaged }
                break
            }
        }
        return events
    }
}
