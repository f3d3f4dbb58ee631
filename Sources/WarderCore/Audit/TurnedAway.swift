import Synchronization
package import WarderModel

/// Requests of one user that were turned away before anybody decided about them, counted together.
package struct TurnedAway: Sendable, Hashable {
    package enum Kind: String, Sendable {
        /// Matched no registered server.
        case unknown
        /// Had used up their share.
        case limited
        /// Came while the vault was sealed.
        case sealed
        /// Asked on the operator socket for what operators may, and is none.
        case notOperator
        /// Sent to the client socket what could not be understood, so that there was no question to decide.
        case malformed
    }

    package let kind: Kind
    /// `nil` for many users together.
    package let uid: UInt32?
    /// The server that the kernel confirmed the process to be, where it was one alone.
    package let server: ServerName?
    package let requests: UInt64

    package init(kind: Kind, uid: UInt32?, server: ServerName? = nil, requests: UInt64) {
        self.kind = kind
        self.uid = uid
        self.server = server
        self.requests = requests
    }

    /// What the log says of them.
    func event(at time: Timestamp) -> Event {
        let action: Action =
            switch kind {
            case .unknown: .peerUnknown
            case .limited: .peerLimited
            case .sealed: .peerSealed
            case .notOperator: .peerRefused
            case .malformed: .peerMalformed
            }
        var event = Event(action: action, time: time, actor: .vault)
        event.server = server
        event.changes = [uid.map { "uid=\($0)" } ?? "uid=several", "requests=\(requests)"]
        return event
    }
}

extension Vault {
    /// Entries about those turned away that the vault writes between being sealed and being opened: nobody may fill the
    /// disk by asking a vault that cannot know them. What comes after is counted, and written once the vault is open.
    static let maximumSealedEntries = 1000

    /// Writes down that requests were turned away, and waits for the disk.
    ///
    /// `atTheEnd`: nobody will keep the count, so that it is written in any case.
    /// - Throws: `sealed` when a sealed vault has written enough of them, `auditUnavailable`. The caller keeps the
    ///   count.
    package func record(_ turnedAway: TurnedAway, atTheEnd: Bool = false) async throws(Refusal) {
        if phase == .sealed {
            let entries = sealedEntries.add(1, ordering: .relaxed).oldValue
            guard entries < Self.maximumSealedEntries || atTheEnd else { throw .sealed }
        }
        let event = turnedAway.event(at: clock.now().wall)
        try await withCheckedContinuation { continuation in
            record(sealed: event) { continuation.resume(returning: $0) }
        }.get()
    }
}
