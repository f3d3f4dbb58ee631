import HashTreeCollections
import Sealing
import SecretMemory
import SecretShares
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Everything that a vault holds, in words: what must come out of a golden database, and what does.
///
/// Kept beside the database as `contents.json`.
struct GoldenContents: Codable, Equatable {
    struct Version: Codable, Equatable {
        var state: String
        /// `nil` once they are destroyed.
        var fields: [String: String]?
    }

    /// Name, and versions by their numbers.
    var secrets: [String: [String: Version]] = [:]
    /// Name, and which processes it is.
    var servers: [String: String] = [:]
    /// Name, and class.
    var tools: [String: String] = [:]
    var grants: [String] = []
    /// Name, and roles.
    var operators: [String: [String]] = [:]
    /// Kinds of what opens the vault.
    var slots: [String] = []
    /// Each event's number, type, and reason of a refusal: those that waited in the inbox last.
    var events: [String] = []

    /// Opens every value, and reads every record and event of an unsealed vault.
    init(of kit: TestVault) throws {
        let state = try #require(kit.vault.state)
        let ring = try #require(kit.vault.keys?.ring)
        for (name, secret) in state.secrets {
            var versions: [String: Version] = [:]
            for version in secret.versions {
                let sealed = try kit.store.value(of: secret.id, version: version.number)
                var fields: [String: String]?
                if let sealed {
                    let opened = try ring.open(sealed, secret: secret.id, version: version.number)
                    fields = Dictionary(uniqueKeysWithValues: opened.values.map { ($0.key.text, $0.value.text) })
                }
                versions[String(version.number)] = Version(state: version.state.rawValue, fields: fields)
            }
            secrets[name.text] = versions
        }
        for (name, server) in state.servers {
            let uid = server.selectors.uid.map { "uid \($0)" } ?? "no uid"
            servers[name.text] = uid + (server.quarantine == nil ? "" : ", quarantined")
        }
        for (name, tool) in state.tools { tools["\(name)"] = "\(tool.category.rawValue), \(tool.risk.rawValue)" }
        grants = state.grants.values.map { grant in
            "\(grant.tool): \(grant.secret.text) (\(grant.fields.map(\.text).joined(separator: ", ")))"
        }.sorted()
        for person in state.operators.values {
            operators[person.name.text] = person.roles.map(\.rawValue).sorted()
        }
        slots = try #require(kit.vault.foundation).slots.map { slot in
            switch slot.kind {
            case .passphrase: "passphrase"
            case .credential: "credential"
            case .shares(_, let set): "\(set.threshold) of \(set.count) shares"
            }
        }
        events = try kit.events().map { "\($0.sequence) \($0.line)" }
    }
}
