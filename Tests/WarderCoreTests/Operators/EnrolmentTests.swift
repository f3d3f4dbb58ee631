import SecretMemory
import Testing
import WarderCrypto
import WarderModel
import WarderTesting

@testable import WarderCore

/// An operator's first passphrase, and another after one was forgotten.
@Suite struct EnrolmentTests {
    private func make(_ kit: TestVault, for name: String) async throws -> EnrolmentCode {
        try #require(
            EnrolmentCode(try await kit.vault.perform(Enrolments.make(for: try OperatorName(name), by: kit.admin)).code)
        )
    }

    private func use(_ code: EnrolmentCode, _ kit: TestVault, _ peer: Peer) async throws -> Refusal? {
        let verifier = try TestVault.verifier()
        return await kit.refusal(of: Enrolments.use(code, toSet: verifier, by: kit.caller(peer, .operator)))
    }

    @Test("with an admin's code an operator sets the first passphrase, once")
    func once() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let grace = try await kit.mustAddOperator("grace", uid: 1001, roles: [.reader], withPresence: false)
        let code = try await make(kit, for: "grace")
        #expect(try await use(code, kit, grace) == nil)
        #expect(try await kit.provePresence(by: grace).refusal == nil)
        #expect(try await use(code, kit, grace) == .enrolmentInvalid)
    }

    @Test("a code is worth nothing to another operator, and to who is none")
    func others() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let grace = try await kit.mustAddOperator("grace", uid: 1001, roles: [.reader], withPresence: false)
        let mallory = try await kit.mustAddOperator("mallory", uid: 1002, roles: [.reader], withPresence: false)
        let code = try await make(kit, for: "grace")
        #expect(try await use(code, kit, mallory) == .enrolmentInvalid)
        #expect(try await use(code, kit, .synthetic(uid: 77)) == .notAnOperator)
        #expect(try await use(code, kit, grace) == nil)
    }

    @Test("a code ends after a day")
    func ends() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let grace = try await kit.mustAddOperator("grace", uid: 1001, roles: [.reader], withPresence: false)
        let code = try await make(kit, for: "grace")
        kit.clock.advance(seconds: 86_400)
        #expect(try await use(code, kit, grace) == .enrolmentInvalid)
    }

    @Test("a later code ends an earlier one")
    func later() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let grace = try await kit.mustAddOperator("grace", uid: 1001, roles: [.reader], withPresence: false)
        let first = try await make(kit, for: "grace")
        let second = try await make(kit, for: "grace")
        #expect(try await use(first, kit, grace) == .enrolmentInvalid)
        #expect(try await use(second, kit, grace) == nil)
    }

    @Test("a forgotten passphrase is replaced, and proves nothing any more; until then it does")
    func forgotten() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let grace = try await kit.mustAddOperator("grace", uid: 1001, roles: [.reader])
        let code = try await make(kit, for: "grace")
        #expect(try await kit.provePresence(by: grace).refusal == nil)
        let other = try PresenceVerifier(
            passphrase: try TestVault.secret("another horse battery staple"),
            cost: .minimum
        )
        let use = Enrolments.use(code, toSet: other, by: kit.caller(grace, .operator))
        #expect(await kit.refusal(of: use) == nil)
        #expect(try await kit.provePresence(by: grace).refusal == .wrongPassphrase)
    }

    @Test("a proof of the passphrase before proves nothing once there is another")
    func proofs() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let grace = try await kit.mustAddOperator("grace", uid: 1001, roles: [.admin])
        let old = kit.present(grace)
        let change = Operators.setPresence(try TestVault.verifier(), by: kit.present(grace))
        #expect(await kit.refusal(of: change) == nil)
        let name = try OperatorName("grace")
        #expect(await kit.refusal(of: Enrolments.make(for: name, by: old)) == .presenceRequired)
        #expect(await kit.refusal(of: Enrolments.make(for: name, by: kit.present(grace))) == nil)
    }

    @Test("codes are made by admins who are there, and by nobody else")
    func whoMakes() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let grace = try await kit.mustAddOperator("grace", uid: 1001, roles: [.reader])
        let name = try OperatorName("grace")
        #expect(
            await kit.refusal(of: Enrolments.make(for: name, by: kit.caller(kit.ada, .operator))) == .presenceRequired
        )
        #expect(await kit.refusal(of: Enrolments.make(for: name, by: kit.present(grace))) == .roleMissing)
        #expect(await kit.refusal(of: Enrolments.make(for: try OperatorName("nobody"), by: kit.admin)) == .notFound)
    }

    @Test("neither a token nor a mistyped code is a code")
    func spelling() throws {
        let text = EnrolmentCode.text([UInt8](repeating: 7, count: 32))
        #expect(EnrolmentCode(try TestVault.secret(text)) != nil)
        #expect(EnrolmentCode(try TestVault.secret(text.replacing("wdr_e_", with: "wdr_t_"))) == nil)
        #expect(EnrolmentCode(try TestVault.secret(String(text.dropLast()) + "!")) == nil)
        #expect(EnrolmentCode(try TestVault.secret("")) == nil)
    }

    @Test("codes outlive a restart; what is stored does not tell them")
    func restart() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let grace = try await kit.mustAddOperator("grace", uid: 1001, roles: [.reader], withPresence: false)
        let code = try await make(kit, for: "grace")
        try await kit.seal()
        _ = try await kit.unseal()
        #expect(try await use(code, kit, grace) == nil)
    }
}
