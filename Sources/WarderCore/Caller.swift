package import WarderModel

/// Who asks, through which door, and how this one request is called.
package struct Caller: Sendable {
    /// The socket that the request came in by. A peer of one door never reaches what lies behind another.
    package enum Door: Sendable {
        case client
        case `operator`
        /// Where workers ask for steps of rotations. No command of theirs is decided: they answer what they were asked.
        case worker
        /// The vault itself: services, start and stop.
        case inside
    }

    package let door: Door
    /// `nil` only for the vault itself.
    package let peer: Peer?
    package let requestID: String
    package var traceID: String?
    /// Proof of presence that came with the request.
    package var presenceProof: String?
    /// Whether it is root, or the user that the daemon runs as: who could stop it and copy its database.
    package var isOwner = false
    private let received: ContinuousClock.Instant

    package init(
        door: Door,
        peer: Peer?,
        requestID: String,
        traceID: String? = nil,
        presenceProof: String? = nil,
        received: ContinuousClock.Instant = .now
    ) {
        self.door = door
        self.peer = peer
        self.requestID = requestID
        self.traceID = traceID
        self.presenceProof = presenceProof
        self.received = received
    }

    /// The vault, acting by itself.
    package static func vault(requestID: String = "internal") -> Caller {
        Caller(door: .inside, peer: nil, requestID: requestID)
    }

    func elapsedMicroseconds() -> Int64 {
        let elapsed = ContinuousClock.now - received
        return elapsed.components.seconds * 1_000_000 + elapsed.components.attoseconds / 1_000_000_000_000
    }

    /// The actor as far as the kernel tells, before any role was looked up.
    var unverifiedActor: Actor {
        switch (door, peer) {
        case (.client, .some(let peer)): .process(peer)
        case (.operator, .some(let peer)): .uid(peer)
        default: .vault
        }
    }
}
