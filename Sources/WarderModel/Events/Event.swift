/// One audit record: who asked for what, and what came of it. Values never; names in the clear for whoever may read the
/// log.
///
/// Its canonical bytes (docs/formats/event.md) are a leaf of the log.
package struct Event: Hashable, Sendable {
    package enum Decision: String, Sendable {
        case allowed
        case refused
    }

    package var action: Action
    package var time: Timestamp
    package var actor: Actor
    package var decision: Decision = .allowed
    package var reason: Refusal?
    package var server: ServerName?
    package var tool: ToolID?
    package var toolDigest: String?
    /// Keyed fingerprint of the canonical arguments, lowercase hex.
    package var argumentsDigest: String?
    package var secret: SecretName?
    package var version: UInt32?
    package var fields: [FieldName] = []
    package var token: TokenAccessor?
    /// The launch that the process belongs to.
    package var launch: LaunchID?
    package var approval: String?
    package var onBehalfOf: PlainText?
    package var agent: PlainText?
    package var session: PlainText?
    package var purpose: PlainText?
    package var requestID: String?
    /// W3C trace id, 32 lowercase hexadecimal digits.
    package var traceID: String?
    /// From the first byte of the request to the decision, in microseconds.
    package var durationMicroseconds: Int64?
    /// What the event changed, each `kind/id@revision`, and what else a reader must know (`count=12`).
    package var changes: [String] = []

    package init(action: Action, time: Timestamp, actor: Actor) {
        self.action = action
        self.time = time
        self.actor = actor
    }
}

/// Who did it.
package enum Actor: Hashable, Sendable {
    /// A registered operator, as a peer of the operator socket.
    case person(OperatorName, Peer)
    /// A process on the operator socket that is no registered operator, or could not be looked up because the vault is
    /// sealed.
    case uid(Peer)
    /// A process on the client socket.
    case process(Peer)
    /// The vault itself.
    case vault

    package var peer: Peer? {
        switch self {
        case .person(_, let peer), .uid(let peer), .process(let peer): peer
        case .vault: nil
        }
    }

    /// `operator:ada`, `uid:1001`, `process:1001`, `vault`.
    package var text: String {
        switch self {
        case .person(let name, _): "operator:\(name.text)"
        case .uid(let peer): "uid:\(peer.uid)"
        case .process(let peer): "process:\(peer.uid)"
        case .vault: "vault"
        }
    }
}
