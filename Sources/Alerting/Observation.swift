package import WarderModel

/// What the rules see of an event that is on disk.
package struct Observation: Sendable {
    /// Number of the event.
    package let sequence: UInt64
    /// Of the clock on the wall: for people, and for the hours of the day.
    package let time: Timestamp
    /// Milliseconds since boot: for everything that is counted.
    package let uptime: Int64
    package let action: Action
    /// `nil` where it was allowed.
    package let reason: Refusal?
    package let server: ServerName?
    /// What the process is to that server.
    package let standing: Standing
    package let secret: SecretName?
    package let peer: Peer?
    /// How many requests it stands for: more than one for those that were only counted.
    package let requests: UInt64
    /// The user whose requests were only counted; `nil` where they are several.
    package let countedUser: UInt32?
    /// Whether the secret is a decoy.
    package let isDecoy: Bool

    /// What a process is to the server that its request names.
    package enum Standing: Sendable {
        /// The kernel confirms that it is that server.
        case own
        /// It is not, and the server is registered.
        case other
        /// Nobody registered such a server, or none is named.
        case none
    }

    package init(_ event: Event, sequence: UInt64, uptime: Int64, standing: Standing, isDecoy: Bool) {
        self.standing = standing
        self.sequence = sequence
        time = event.time
        self.uptime = uptime
        action = event.action
        reason = event.reason
        server = event.server
        secret = event.secret
        peer = event.actor.peer
        self.isDecoy = isDecoy
        switch event.action {
        case .peerUnknown, .peerRefused, .peerMalformed, .tokenLimited:
            requests = Self.number(after: "requests=", in: event.changes).flatMap { UInt64($0) } ?? 1
            countedUser = Self.number(after: "uid=", in: event.changes).flatMap { UInt32($0) }
        default:
            requests = 1
            countedUser = nil
        }
    }

    private static func number(after key: String, in changes: [String]) -> Substring? {
        changes.first { $0.hasPrefix(key) }.map { $0.dropFirst(key.count) }
    }

    /// Whom it is held against: the server that the process is, as far as the kernel confirms it; else its user. What
    /// somebody does in the name of a server is not that server's doing.
    var suspect: AlertSubject? {
        switch action {
        case .tokenLimited: return server.map(AlertSubject.server)
        case .peerMalformed:
            // The kernel confirmed the server, as it does of whoever asks for a token.
            return server.map(AlertSubject.server) ?? countedUser.map(AlertSubject.user) ?? .severalUsers
        case .peerUnknown, .peerRefused: return countedUser.map(AlertSubject.user) ?? .severalUsers
        default: break
        }
        if standing == .own, let server { return .server(server) }
        return peer.map { .user($0.uid) }
    }
}
