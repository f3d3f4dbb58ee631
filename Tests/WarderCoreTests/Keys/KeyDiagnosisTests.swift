import Sealing
import SecretMemory
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

@Suite struct KeyDiagnosisTests {
    @Test("one way to open the vault is one way to lose it")
    func oneSlot() async throws {
        let kit = try await TestVault()
        #expect(try await kit.keyFindings() == ["note one_key_slot"])
        let second = try kit.vault.prepareSlot(.credential(SecretBytes.random(count: 32)))
        _ = try await kit.vault.perform(Keys.add(second, by: kit.admin))
        #expect(try await kit.keyFindings() == [])
    }

    @Test("a root key of more than a year is old until it is replaced")
    func oldRoot() async throws {
        let kit = try await TestVault()
        kit.clock.advance(seconds: 365 * 86_400)
        #expect(try await kit.keyFindings() == ["note one_key_slot"])
        kit.clock.advance(seconds: 86_400)
        #expect(try await kit.keyFindings() == ["note one_key_slot", "warning root_key_old"])
        let slot = try #require(kit.vault.foundation?.slots.first)
        let rotation = try kit.vault.prepareRootRotation(
            [.init(slot: slot.id, .secret(TestVault.secret(TestVault.passphrase)))],
            dropping: []
        )
        _ = try await kit.vault.perform(Keys.rotateRoot(rotation, of: kit.vault, by: kit.admin))
        #expect(try await kit.keyFindings() == ["note one_key_slot"])
    }

    @Test("keys that have sealed for more than two years are old until others take over")
    func oldKeys() async throws {
        let kit = try await TestVault()
        kit.clock.advance(seconds: 731 * 86_400)
        #expect(try await kit.keyFindings().contains("warning keys_old"))
        _ = try await kit.vault.perform(Keys.rotate(by: kit.admin))
        #expect(try await !kit.keyFindings().contains("warning keys_old"))
    }

    @Test("a key that has signed the log for more than three years is old until it is replaced, which is done apart")
    func oldLogKey() async throws {
        let kit = try await TestVault()
        kit.clock.advance(seconds: 1095 * 86_400)
        #expect(try await !kit.keyFindings().contains("warning log_key_old"))
        kit.clock.advance(seconds: 86_400)
        #expect(try await kit.keyFindings().contains("warning log_key_old"))
        _ = try await kit.vault.perform(Keys.rotate(by: kit.admin))
        #expect(try await kit.keyFindings().contains("warning log_key_old"))
        _ = try await kit.vault.perform(Keys.rotateLog(of: kit.vault, by: kit.admin))
        #expect(try await !kit.keyFindings().contains("warning log_key_old"))
    }
}

extension TestVault {
    fileprivate func keyFindings() async throws -> [String] {
        let codes = ["one_key_slot", "root_key_old", "keys_old", "log_key_old"]
        return try await vault.perform(Doctor.read(vault.jobs.presence, by: admin)).filter { codes.contains($0.code) }
            .map { "\($0.severity.rawValue) \($0.code)" }.sorted()
    }
}
