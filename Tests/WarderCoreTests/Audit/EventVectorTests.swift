import Foundation
import SecretMemory
import Testing
import WarderCrypto
import WarderModel
import WarderTesting

@testable import WarderCore

/// docs/formats/event.md: the examples of `Tests/Vectors/event-v1`, made from their fields by the code that writes the
/// log.
@Suite struct EventVectorTests {
    private struct File<Case: Decodable>: Decodable {
        var cases: [Case]
    }

    private static func cases<Case: Decodable>(_ file: String, as type: Case.Type = Case.self) throws -> [Case] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Vectors/event-v1")
        let cases = try JSONDecoder().decode(
            File<Case>.self,
            from: Data(contentsOf: folder.appending(path: file))
        ).cases
        try #require(!cases.isEmpty)
        return cases
    }

    @Test("events have the bytes and the leaves of the examples")
    func events() throws {
        struct Case: Decodable {
            var name: String
            var canonical: String
            var leaf: String
        }
        for example in try Self.cases("events.json", as: Case.self) {
            let fields = try JSONDecoder().decode(Fields.self, from: Data(example.canonical.utf8))
            let bytes = EventFormat.canonicalBytes(
                of: try fields.event(),
                sequence: fields.seq,
                nonce: try fields.nonce()
            )
            #expect(String(decoding: bytes, as: UTF8.self) == example.canonical, "\(example.name)")
            #expect(Hex.encode(SHA256Digest.hash([0] + bytes)) == example.leaf, "\(example.name)")
        }
    }

    @Test("what waited in the inbox joins the log with the bytes of the examples")
    func inbox() throws {
        struct Case: Decodable {
            var name: String
            var canonical: String
            var sealed: String
            var secretKey: String
            var sequence: UInt64
        }
        for example in try Self.cases("inbox.json", as: Case.self) {
            let key = try SecretBytes(copying: try #require(Hex.decode(example.secretKey)))
            let keys = try BoxKeyPair(secretKey: key)
            let entry = try InboxEvent.open(try #require(Hex.decode(example.sealed)), with: keys)
            let bytes = entry.canonicalBytes(sequence: example.sequence)
            #expect(String(decoding: bytes, as: UTF8.self) == example.canonical, "\(example.name)")
            // What is sealed today opens to the same.
            let again = try InboxEvent.open(entry.sealed(to: keys.publicKey), with: keys)
            #expect(again.canonicalBytes(sequence: example.sequence) == bytes, "\(example.name)")
        }
    }

    /// An event's fields by their names in the format.
    private struct Fields: Decodable {
        var actor: String
        var agent: String?
        var approval: String?
        var argumentsDigest: String?
        var changes: [String]?
        var decision: String
        var durationUs: Int64?
        var fields: [String]?
        var id: String
        var onBehalfOf: String?
        var peer: PeerFields?
        var purpose: String?
        var reason: String?
        var requestId: String?
        var secret: String?
        var seq: UInt64
        var server: String?
        var session: String?
        var time: String
        var token: String?
        var tool: String?
        var toolDigest: String?
        var traceId: String?
        var type: String
        var version: UInt32?

        struct PeerFields: Decodable {
            var attestation: String
            var exe: String?
            var exeSha256: String?
            var gid: UInt32
            var pid: Int32
            var uid: UInt32
            var unit: String?

            enum CodingKeys: String, CodingKey {
                case attestation, exe, gid, pid, uid, unit
                case exeSha256 = "exe_sha256"
            }
        }

        enum CodingKeys: String, CodingKey {
            case actor, agent, approval, changes, decision, fields, id, peer, purpose, reason, secret, seq, server,
                session, time, token, tool, type, version
            case argumentsDigest = "arguments_digest"
            case durationUs = "duration_us"
            case onBehalfOf = "on_behalf_of"
            case requestId = "request_id"
            case toolDigest = "tool_digest"
            case traceId = "trace_id"
        }

        func nonce() throws -> RecordID {
            let digits = try #require(id.hasPrefix("evt_") ? String(id.dropFirst(4)) : nil)
            return try #require(Hex.decode(digits).flatMap { RecordID(bytes: $0) })
        }

        func event() throws -> Event {
            var event = Event(
                action: try #require(Action(rawValue: type)),
                time: try #require(Timestamp(rfc3339: time)),
                actor: try actorOfEvent()
            )
            event.agent = try agent.map { try PlainText($0) }
            event.approval = approval
            event.argumentsDigest = argumentsDigest
            event.changes = changes ?? []
            event.decision = try #require(Event.Decision(rawValue: decision))
            event.durationMicroseconds = durationUs
            event.fields = try (fields ?? []).map { try FieldName($0) }
            event.onBehalfOf = try onBehalfOf.map { try PlainText($0) }
            event.purpose = try purpose.map { try PlainText($0) }
            event.reason = try reason.map { try #require(Refusal(rawValue: $0)) }
            event.requestID = requestId
            event.secret = try secret.map { try SecretName($0) }
            event.server = try server.map { try ServerName($0) }
            event.session = try session.map { try PlainText($0) }
            event.token = try token.map { try TokenAccessor($0) }
            event.tool = try tool.map { try ToolID("\(server ?? "")/\($0)") }
            event.toolDigest = toolDigest
            event.traceID = traceId
            event.version = version
            return event
        }

        private func actorOfEvent() throws -> Actor {
            guard let peer else { return .vault }
            let process = Peer(
                pid: peer.pid,
                uid: peer.uid,
                gid: peer.gid,
                startTime: 1,
                unit: peer.unit,
                executable: peer.exe.map {
                    Peer.Executable(path: $0, device: 1, inode: 1, sha256: peer.exeSha256)
                },
                attestation: try #require(Peer.Attestation(rawValue: peer.attestation))
            )
            let parts = actor.split(separator: ":", maxSplits: 1).map(String.init)
            switch parts[0] {
            case "operator": return .person(try OperatorName(parts[1]), process)
            case "process": return .process(process)
            default: return .uid(process)
            }
        }
    }
}
