import FoundationEssentials

/// An event as it stands in the log, with the fields that tests look at.
package struct LoggedEvent: Decodable, Sendable {
    package var action: String
    package var actor: String
    package var agent: String?
    package var approval: String?
    package var argumentsDigest: String?
    package var changes: [String]?
    package var decision: String
    package var fields: [String]?
    package var id: String
    package var launch: String?
    package var onBehalfOf: String?
    package var peer: Peer?
    package var purpose: String?
    package var reason: String?
    package var requestID: String?
    package var secret: String?
    package var sequence: UInt64
    package var server: String?
    package var session: String?
    package var time: String
    package var token: String?
    package var tool: String?
    package var toolDigest: String?
    package var traceID: String?
    package var type: String
    package var version: UInt32?
    /// The bytes that were hashed into the log.
    package private(set) var canonical: [UInt8] = []

    package struct Peer: Decodable, Sendable {
        package var attestation: String
        package var pid: Int32
        package var uid: UInt32
        package var unit: String?
    }

    enum CodingKeys: String, CodingKey {
        case action, actor, agent, approval, changes, decision, fields, id, launch, peer, purpose, reason, secret,
            server,
            session, time,
            token, tool, type, version
        case argumentsDigest = "arguments_digest"
        case onBehalfOf = "on_behalf_of"
        case requestID = "request_id"
        case sequence = "seq"
        case toolDigest = "tool_digest"
        case traceID = "trace_id"
    }

    /// - Throws: `DecodingError` for bytes that are no event.
    package init(_ canonical: [UInt8]) throws {
        self = try JSONDecoder().decode(LoggedEvent.self, from: Data(canonical))
        self.canonical = canonical
    }

    /// `type` or `type: reason`, for stories.
    package var line: String { reason.map { "\(type): \($0)" } ?? type }
}
