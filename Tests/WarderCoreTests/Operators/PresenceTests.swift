import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// A person at the terminal, and not a program under their uid.
@Suite struct PresenceTests {
    @Test("a passphrase proves presence for one command")
    func once() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let proof = try await kit.provePresence().get()
        let caller = kit.caller(kit.ada, .operator, proof: proof)
        _ = try await kit.vault.perform(
            Servers.add(try ServerName("one"), owner: nil, selectors: Selectors(uid: 1), by: caller)
        )
        let second = Servers.add(try ServerName("two"), owner: nil, selectors: Selectors(uid: 1), by: caller)
        #expect(await kit.refusal(of: second) == .presenceRequired)
    }

    @Test("of two commands with one proof in the same batch one is refused")
    func onceTogether() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let caller = kit.admin
        let outcomes = await kit.together([
            Servers.add(try ServerName("one"), owner: nil, selectors: Selectors(uid: 1), by: caller),
            Servers.add(try ServerName("two"), owner: nil, selectors: Selectors(uid: 1), by: caller),
        ])
        #expect(outcomes.map(\.refusal) == [nil, .presenceRequired])
    }

    @Test("a proof lasts a minute")
    func minute() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let early = kit.admin
        kit.clock.advance(milliseconds: 59_999)
        #expect(await kit.refusal(of: try addServer("one", early)) == nil)
        let late = kit.admin
        kit.clock.advance(milliseconds: 60_000)
        #expect(await kit.refusal(of: try addServer("two", late)) == .presenceRequired)
    }

    @Test("a proof that came in time holds until the work that it came with is done, and works once all the same")
    func held() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let caller = kit.admin
        kit.clock.advance(milliseconds: 59_999)
        kit.vault.holdProof(of: caller, seconds: 300)
        kit.clock.advance(milliseconds: 299_999)
        #expect(await kit.refusal(of: try addServer("one", caller)) == nil)
        #expect(await kit.refusal(of: try addServer("two", caller)) == .presenceRequired)
    }

    @Test("a proof that has ended is not held, nor one that another process shows, nor for longer than was said")
    func notHeld() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let ended = kit.admin
        kit.clock.advance(milliseconds: 60_000)
        kit.vault.holdProof(of: ended, seconds: 300)
        #expect(await kit.refusal(of: try addServer("one", ended)) == .presenceRequired)
        let own = kit.admin
        var thief = kit.ada
        thief.pid += 1
        kit.vault.holdProof(of: kit.caller(thief, .operator, proof: own.presenceProof), seconds: 300)
        kit.clock.advance(milliseconds: 60_000)
        #expect(await kit.refusal(of: try addServer("one", own)) == .presenceRequired)
        let long = kit.admin
        kit.vault.holdProof(of: long, seconds: 300)
        kit.clock.advance(seconds: 300)
        #expect(await kit.refusal(of: try addServer("one", long)) == .presenceRequired)
    }

    @Test("a proof that another process shows is worth nothing, and is used up by that")
    func anotherProcess() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let proof = try #require(kit.admin.presenceProof)
        var thief = kit.ada
        thief.pid += 1
        #expect(
            await kit.refusal(of: try addServer("one", kit.caller(thief, .operator, proof: proof))) == .presenceRequired
        )
        #expect(
            await kit.refusal(of: try addServer("one", kit.caller(kit.ada, .operator, proof: proof)))
                == .presenceRequired
        )
    }

    @Test("what is no proof is no proof", arguments: ["", "0", String(repeating: "z", count: 22), "wdr_t_"])
    func nonsense(_ text: String) async throws {
        let kit = try await TestVault(profile: .singleUser)
        #expect(
            await kit.refusal(of: try addServer("one", kit.caller(kit.ada, .operator, proof: text)))
                == .presenceRequired
        )
    }

    @Test("a command that needs no presence leaves a proof for the next that does")
    func unused() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let caller = kit.admin
        _ = try await kit.vault.perform(Servers.list(by: caller))
        #expect(await kit.refusal(of: try addServer("one", caller)) == nil)
    }

    @Test("a refused command has used its proof up: it is in the log")
    func refusedCommand() async throws {
        let kit = try await TestVault(profile: .singleUser)
        try await kit.mustAddServer("one")
        let caller = kit.admin
        #expect(await kit.refusal(of: try addServer("one", caller)) == .alreadyExists)
        #expect(await kit.refusal(of: try addServer("two", caller)) == .presenceRequired)
    }

    @Test("a wrong passphrase proves nothing and is an event")
    func wrong() async throws {
        let kit = try await TestVault(profile: .singleUser)
        #expect(try await kit.provePresence(with: "something else").refusal == .wrongPassphrase)
        let event = try kit.lastEvent()
        #expect(event.line == "presence.prove: wrong_passphrase" && event.actor == "operator:ada")
    }

    @Test("somebody who is no operator, or has no passphrase, cannot prove anything")
    func nobody() async throws {
        let kit = try await TestVault()
        #expect(try await kit.provePresence(by: .synthetic(uid: 77)).refusal == .notAnOperator)
        let grace = try await kit.mustAddOperator("grace", uid: 1001, roles: [.reader], withPresence: false)
        #expect(try await kit.provePresence(by: grace).refusal == .presenceNotSet)
    }

    @Test("in a team it is asked for only where a server may run as the operator")
    func sharedUser() async throws {
        let kit = try await TestVault()
        let without = kit.caller(kit.ada, .operator)
        #expect(await kit.refusal(of: try addServer("own", without)) == nil)
        _ = try await kit.vault.perform(
            Servers.add(try ServerName("shared"), owner: nil, selectors: Selectors(uid: kit.ada.uid), by: without)
        )
        #expect(await kit.refusal(of: try addServer("third", without)) == .presenceRequired)
        #expect(await kit.refusal(of: try addServer("third", kit.admin)) == nil)
        try await kit.vault.perform(Servers.remove(try ServerName("shared"), by: kit.admin))
        #expect(await kit.refusal(of: try addServer("fourth", without)) == nil)
    }

    @Test("the emergency brake never asks")
    func quarantine() async throws {
        let kit = try await TestVault(profile: .singleUser)
        try await kit.mustAddServer("notes")
        let brake = Servers.quarantine(try ServerName("notes"), reason: nil, by: kit.caller(kit.ada, .operator))
        #expect(await kit.refusal(of: brake) == nil)
        let release = Servers.release(try ServerName("notes"), by: kit.caller(kit.ada, .operator))
        #expect(await kit.refusal(of: release) == .presenceRequired)
    }

    @Test("who has no passphrase cannot just set one: a program under their user could be first")
    func settingTheFirst() async throws {
        for profile in [Profile.singleUser, .team] {
            let kit = try await TestVault(profile: profile)
            let grace = try await kit.mustAddOperator("grace", uid: 1001, roles: [.reader], withPresence: false)
            let set = Operators.setPresence(try TestVault.verifier(), by: kit.caller(grace, .operator))
            #expect(await kit.refusal(of: set) == .presenceNotSet)
        }
    }

    @Test("in a team, too, whoever changes a passphrase knows the old one")
    func settingInATeam() async throws {
        let kit = try await TestVault()
        let set = Operators.setPresence(try TestVault.verifier(), by: kit.caller(kit.ada, .operator))
        #expect(await kit.refusal(of: set) == .presenceRequired)
    }

    @Test("a passphrase that was changed while it was being checked proves nothing")
    func changedMeanwhile() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let old = PresenceVerifier(salt: [1], passes: 2, memoryBytes: 19 << 20, hash: [1])
        let prove = Operators.provePresence(
            verified: old,
            ledger: kit.vault.presence,
            by: kit.caller(kit.ada, .operator)
        )
        #expect(await kit.refusal(of: prove) == .wrongPassphrase)
    }

    @Test("sealing takes proofs away")
    func sealing() async throws {
        let kit = try await TestVault(profile: .singleUser)
        let early = kit.admin
        try await kit.seal()
        try await kit.unseal().get()
        #expect(await kit.refusal(of: try addServer("one", early)) == .presenceRequired)
    }

    private func addServer(_ name: String, _ caller: Caller) throws -> Command<Servers.Overview> {
        Servers.add(try ServerName(name), owner: nil, selectors: Selectors(uid: 2000), by: caller)
    }
}
