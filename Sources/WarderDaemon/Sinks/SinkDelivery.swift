import WarderCore

/// Events on their way to one sink, and how far they have come.
final class SinkDelivery {
    /// Events that are handed over at a time.
    private static let slice = 512

    /// Number of the newest event that the sink has; 0 before the first look.
    private(set) var reached: UInt64 = 0
    private var sink: any EventSink
    private let position: SinkPosition
    private var knowsWhere = false

    init(_ sink: any EventSink, _ position: SinkPosition) {
        self.sink = sink
        self.position = position
    }

    /// Hands over the next events. Blocks until they are where they should be.
    ///
    /// - Returns: whether there were none.
    /// - Throws: `Refusal` when the log cannot be read, or what the sink throws; the next step begins at the same
    ///   place.
    func step(from vault: Vault) throws -> Bool {
        do {
            // A crash between the sink and the note of the position: the sink itself may know better.
            if !knowsWhere { reached = try max(position.read(), sink.newest() ?? 0) }
            knowsWhere = true
            let events = try vault.events(after: reached, limit: Self.slice)
            guard let last = events.last else { return true }
            try sink.take(events)
            reached = last.sequence
            try position.write(reached)
            return false
        } catch {
            // Some may have arrived: look again.
            knowsWhere = false
            throw error
        }
    }
}
