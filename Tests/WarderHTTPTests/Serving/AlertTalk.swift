import Testing
import WarderCore
import WarderModel
import WarderTesting

extension Talk {
    /// Everything that can be asked about alerts, with one in the state for it: somebody looks at a decoy.
    func alerts(_ kit: TestVault) async throws {
        let name = try SecretName("decoy/aws")
        try await kit.mustPut(name.text)
        _ = try await kit.vault.perform(Secrets.set(name, Secrets.Properties(honeytoken: true), by: present()))
        _ = await kit.vault.outcome(of: Secrets.reveal(name, field: .value, version: nil, by: kit.present(kit.ada)))
        for _ in 0..<2 { await kit.vault.heartbeat() }
        let alert = try #require(try ask("listAlerts")["alerts"]?.list.first)
        #expect(alert["rule"]?.text == "honeytoken")
        let id = try #require(alert["id"]?.text)
        try ask("acknowledgeAlert", path: ["id": id])
        for operation in ["muteAlert", "setAlertRule", "listAlertRules"] { try ask(operation) }
    }
}

extension Vault {
    /// What came of a command, refused or not.
    fileprivate func outcome<Answer>(of command: Command<Answer>) async -> Result<Answer, Refusal> {
        await withCheckedContinuation { continuation in
            submit(command) { continuation.resume(returning: $0) }
        }
    }
}
