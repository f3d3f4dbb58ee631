import Sealing
import WarderModel

/// What a record can hold.
enum Noun: Sendable {
    case secret(Secret)
    case server(Server)
    case tool(Tool)
    case grant(Grant)
    case person(Operator)
    case origin(LogOrigin)

    /// - Throws: `DecodingError` for content that is not of this kind.
    init(_ content: [UInt8], kind: RecordKind) throws {
        switch kind {
        case .secret: self = .secret(try RecordCoding.decode(Secret.self, from: content))
        case .server: self = .server(try RecordCoding.decode(Server.self, from: content))
        case .tool: self = .tool(try RecordCoding.decode(Tool.self, from: content))
        case .grant: self = .grant(try RecordCoding.decode(Grant.self, from: content))
        case .operator: self = .person(try RecordCoding.decode(Operator.self, from: content))
        case .origin: self = .origin(try RecordCoding.decode(LogOrigin.self, from: content))
        }
    }

    var id: RecordID {
        switch self {
        case .secret(let secret): secret.id
        case .server(let server): server.id
        case .tool(let tool): tool.id
        case .grant(let grant): grant.id
        case .person(let person): person.id
        case .origin(let origin): origin.id
        }
    }

    var kind: RecordKind {
        switch self {
        case .secret: .secret
        case .server: .server
        case .tool: .tool
        case .grant: .grant
        case .person: .operator
        case .origin: .origin
        }
    }

    /// As people know it.
    var name: String {
        switch self {
        case .secret(let secret): secret.name.text
        case .server(let server): server.name.text
        case .tool(let tool): tool.name.text
        case .grant(let grant): Self.name(of: GrantKey(tool: grant.tool, secret: grant.secret))
        case .person(let person): person.name.text
        case .origin(let origin): "restore \(origin.number - 1)"
        }
    }

    static func name(of grant: GrantKey) -> String { "\(grant.tool) → \(grant.secret)" }

    /// Whether it is something that the vault can have written: what holds between a secret's versions.
    var isCoherent: Bool {
        if case .origin(let origin) = self { return origin.isCoherent }
        guard case .secret(let secret) = self else { return true }
        let versions = secret.versions
        return secret.nextNumber > 0
            && zip(versions, versions.dropFirst()).allSatisfy { $0.number < $1.number }
            && versions.allSatisfy { version in
                version.number > 0 && version.number < secret.nextNumber && !version.fields.isEmpty
                    && (version.state == .destroyed) == (version.destroyed != nil)
            }
            && versions.count { $0.state == .current } <= 1 && versions.count { $0.state == .previous } <= 1
    }
}

/// What no two records of a kind may have in common.
enum NounKey: Hashable, Sendable {
    case secret(SecretName)
    case server(ServerName)
    case tool(ToolID)
    case grant(GrantKey)
    case person(OperatorName)
    case user(UInt32)
    case origin(UInt32)
}

extension Noun {
    /// An operator is known by name and by user.
    var keys: [NounKey] {
        switch self {
        case .secret(let secret): [.secret(secret.name)]
        case .server(let server): [.server(server.name)]
        case .tool(let tool): [.tool(tool.name)]
        case .grant(let grant): [.grant(GrantKey(tool: grant.tool, secret: grant.secret))]
        case .person(let person): [.person(person.name), .user(person.uid)]
        case .origin(let origin): [.origin(origin.number)]
        }
    }

    /// What must be there for it to mean anything.
    var references: [NounKey] {
        switch self {
        case .secret, .server, .person, .origin: []
        case .tool(let tool): [.server(tool.name.server)]
        case .grant(let grant): [.tool(grant.tool), .secret(grant.secret)]
        }
    }
}
