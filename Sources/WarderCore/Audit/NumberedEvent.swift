package import TransparencyLog
package import WarderModel

/// An event as somebody reads it who goes through the log.
package struct NumberedEvent: Sendable, Hashable {
    /// What is to be had of an event.
    package enum Content: Sendable, Hashable {
        /// Its canonical bytes, docs/formats/event.md.
        case whole([UInt8])
        /// It does not open, or cannot be read: nobody knows what it said. Its leaf, where one lies there.
        case damaged(leaf: TreeHash?)
    }

    package let sequence: UInt64
    package let content: Content

    /// `nil` for an event of which nobody knows what it said.
    package var canonical: [UInt8]? {
        if case .whole(let bytes) = content { bytes } else { nil }
    }

    /// What stands for it wherever events are written one a line, without the line feed. docs/formats/event.md.
    package var line: [UInt8] {
        switch content {
        case .whole(let bytes): bytes
        case .damaged(let leaf): ExportLine.damaged(number: sequence, leaf: leaf).bytes
        }
    }
}

extension Vault {
    /// The next events behind a number, at most `limit`, in order; none at the end of the log. Blocks.
    ///
    /// - Throws: `sealed`; `auditUnavailable` or `databaseDamaged` when the store cannot be read.
    package func events(after sequence: UInt64, limit: Int) throws(Refusal) -> [NumberedEvent] {
        guard let keys else { throw .sealed }
        guard sequence < UInt64(Int64.max) else { return [] }
        let part: LogPart
        do throws(StoreError) {
            part = try logPart(
                in: sequence + 1...UInt64(Int64.max),
                times: EventFilter().times,
                limit: limit,
                newestFirst: false
            )
        } catch { throw refusal(of: error) }
        var events: [NumberedEvent] = []
        for row in part.rows { events.append(try row.opened(with: keys)) }
        return events
    }
}
