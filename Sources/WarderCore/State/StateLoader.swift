import HashTreeCollections
import Sealing
import WarderModel

/// Builds the state from the stored records.
enum StateLoader {
    /// - Throws: `SealingError` for a record that does not open, a `DecodingError` for one that does not make sense.
    static func load(_ records: [SealedRecord], with ring: KeyRing, profile: Profile) throws -> VaultState {
        var state = VaultState(profile: profile)
        for record in records {
            let content = try ring.open(record)
            state.revisions[record.id] = record.revision
            switch record.kind {
            case .secret:
                let secret = try RecordCoding.decode(Secret.self, from: content)
                state.secrets[secret.name] = secret
            case .server:
                let server = try RecordCoding.decode(Server.self, from: content)
                state.servers[server.name] = server
            case .tool:
                let tool = try RecordCoding.decode(Tool.self, from: content)
                state.tools[tool.name] = tool
            case .grant:
                let grant = try RecordCoding.decode(Grant.self, from: content)
                state.grants[GrantKey(tool: grant.tool, secret: grant.secret)] = grant
            case .operator:
                let person = try RecordCoding.decode(Operator.self, from: content)
                state.operators[person.uid] = person
            }
        }
        return state
    }
}
