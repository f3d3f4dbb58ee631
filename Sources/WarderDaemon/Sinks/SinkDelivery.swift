import WarderCore
import WarderModel

/// Events on their way to one sink, and how far they have come.
final class SinkDelivery {
    /// Events that are handed over at a time.
    private static let slice = 512

    /// The position says that the sink has more than there is.
    struct AheadOfLog: Error {}

    /// Where the sink is; `nil` before the first look.
    private(set) var place: SinkPosition.Place?
    private var sink: any EventSink
    private let position: SinkPosition
    private let missed: (ClosedRange<UInt64>) -> Void

    /// `missed`: told of the events that were pruned before there was this sink.
    init(_ sink: any EventSink, _ position: SinkPosition, missed: @escaping (ClosedRange<UInt64>) -> Void) {
        self.sink = sink
        self.position = position
        self.missed = missed
    }

    /// Hands over the next events. Blocks until they are where they should be.
    ///
    /// - Returns: whether there were none.
    /// - Throws: `Refusal` when the log cannot be read; `AheadOfLog`; what the sink throws. The next step begins at the
    ///   same place.
    func step(from vault: Vault) throws -> Bool {
        do {
            var place = try place ?? look(vault)
            let events = try vault.events(after: place.number, limit: Self.slice)
            guard !events.isEmpty else {
                self.place = place
                return true
            }
            try sink.take(events)
            // Between pruned events there can be damaged ones, which stay.
            for event in events {
                if event.sequence > place.number + 1 { missed(place.number + 1...event.sequence - 1) }
                place.number = event.sequence
            }
            try position.write(place)
            self.place = place
            return false
        } catch {
            // Some may have arrived, or the vault was sealed and another one lies there: look again.
            place = nil
            throw error
        }
    }

    private func look(_ vault: Vault) throws -> SinkPosition.Place {
        guard let foundation = vault.foundation, let state = vault.state else { throw Refusal.sealed }
        let origin = state.logOrigin(foundation)
        guard let kept = try position.read() else {
            return SinkPosition.Place(number: 0, origin: origin)
        }
        guard kept.origin == origin else {
            // Restored: what the sink has behind the backup is of the log that was lost.
            let shared = state.newestOrigin?.previous.size ?? 0
            return SinkPosition.Place(number: min(kept.number, shared), origin: origin)
        }
        // A crash between the sink and the note of the position: the sink itself may know better.
        let number = try max(kept.number, sink.newest() ?? 0)
        guard number <= vault.sequence else { throw AheadOfLog() }
        return SinkPosition.Place(number: number, origin: origin)
    }
}
