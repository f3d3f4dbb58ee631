import HashTreeCollections
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// The whole of who may ask for what, written down a second time: a change of the policy has to be made in two places.
@Suite struct PolicyTableTests {
    /// Roles that may, or `operator`, `socket`, `server`, `vault`.
    static let table: [Action: String] = [
        .vaultStart: "vault", .vaultStop: "vault", .peerUnknown: "vault", .peerLimited: "vault", .peerSealed: "vault",
        .peerRefused: "vault", .peerMalformed: "vault",
        .vaultInit: "socket", .vaultUnseal: "socket",
        .unsealShare: "socket", .unsealCancel: "socket",
        .vaultSeal: "admin",
        .keyList: "admin auditor", .slotAdd: "admin", .slotRemove: "admin", .slotChange: "admin", .keyRotate: "admin",
        .keyRotateRoot: "admin", .keyRotateLog: "admin", .keyRewrap: "vault",
        .presenceProve: "operator", .presenceSet: "operator", .presenceEnrol: "operator",
        .secretPut: "admin rotator", .secretSet: "admin rotator", .secretPromote: "admin rotator",
        .secretRollback: "admin rotator",
        .secretReveal: "reader", .secretSalvage: "reader",
        .secretList: "admin auditor reader rotator", .secretShow: "admin auditor reader rotator",
        .secretDelete: "admin", .secretUndelete: "admin", .secretDestroy: "admin",
        .secretResolve: "server", .secretWatch: "server", .tokenIssue: "server",
        .tokenRenew: "server", .tokenDrop: "server",
        .callReport: "server", .launchStart: "server", .launchEnd: "vault",
        .tokenList: "admin auditor", .tokenRevoke: "admin",
        .serverAdd: "admin", .serverUpdate: "admin", .serverQuarantine: "admin vault", .serverRelease: "admin",
        .serverRemove: "admin",
        .toolAdd: "admin", .toolRemove: "admin", .toolSet: "admin", .toolImport: "admin", .toolAccept: "admin",
        .toolChange: "vault",
        .grantAdd: "admin", .grantRemove: "admin",
        .inventoryRead: "admin auditor reader rotator", .inventoryApply: "admin",
        .operatorAdd: "admin", .operatorRemove: "admin", .operatorEnrol: "admin",
        .operatorEnrolShare: "socket",
        .serverList: "operator", .toolList: "operator", .grantList: "operator", .operatorList: "operator",
        .doctorRead: "operator", .doctorDeep: "admin auditor",
        .reportRead: "admin auditor",
        .backupCreate: "admin", .backupRestore: "vault", .backupReview: "admin rotator reader auditor",
        .backupRelease: "admin", .auditSearch: "auditor", .auditExport: "auditor",
        .auditProve: "auditor", .auditFindLeak: "auditor", .auditPrune: "admin",
        .rotationSet: "admin", .rotationRemove: "admin", .rotationForget: "admin",
        .rotationList: "admin auditor reader rotator", .rotationStart: "admin rotator",
        .rotationTest: "admin rotator", .rotationPause: "admin rotator", .rotationResume: "admin rotator",
        .rotationAbort: "admin rotator", .rotationRollback: "admin rotator",
        .rotationBegin: "vault", .rotationStep: "vault", .rotationAnswer: "vault", .rotationPromote: "vault",
        .rotationDemote: "vault", .rotationEnd: "vault", .noticeSend: "vault",
        .approvalRequest: "vault", .approvalWatch: "server",
        .approvalList: "admin approver auditor", .approvalShow: "admin approver auditor",
        .approvalApprove: "admin approver", .approvalDeny: "admin approver", .approvalBreakGlass: "admin",
        .approvalReview: "admin approver auditor", .approvalRuleList: "operator", .approvalRuleSet: "admin",
        .approvalRuleRemove: "admin", .standingAdd: "admin", .standingList: "admin approver auditor",
        .standingRevoke: "admin approver", .tokenLimited: "vault",
        .limitSet: "admin", .limitList: "operator", .alertList: "operator", .alertAck: "admin auditor",
        .alertMute: "admin", .alertSet: "admin", .alertRaise: "vault", .alertLearn: "vault",
    ]

    /// Where a server may run as the operator, these need the person.
    static let presence: Set<Action> = [
        .secretReveal, .secretSalvage, .serverAdd, .serverUpdate, .serverRelease, .serverRemove, .toolAdd, .toolRemove,
        .toolSet, .toolImport, .toolAccept,
        .grantAdd,
        .grantRemove,
        .operatorAdd, .operatorRemove, .operatorEnrol, .presenceSet, .secretDestroy, .slotAdd, .slotRemove, .slotChange,
        .keyRotate, .keyRotateRoot, .backupRelease, .rotationSet, .rotationRemove, .rotationRollback, .rotationForget,
        .auditPrune, .inventoryApply, .keyRotateLog, .approvalApprove, .approvalBreakGlass, .approvalReview,
        .approvalRuleSet,
        .approvalRuleRemove, .standingAdd, .limitSet, .alertAck, .alertMute, .alertSet,
    ]

    @Test("the table has every action")
    func complete() { #expect(Set(Self.table.keys) == Set(Action.allCases)) }

    @Test(
        "every action at every door is allowed to whom the table says, and to nobody else",
        arguments: Action.allCases
    )
    func everyDoor(action: Action) throws {
        let allowed = try #require(Self.table[action]).split(separator: " ").map(String.init)
        let state = try Self.team()
        for door in [Caller.Door.client, .operator, .worker, .inside] {
            for (role, peer) in Self.people {
                let outcome = Self.outcome(action, door, peer, state)
                let isAllowed: Bool =
                    switch door {
                    case .inside: allowed.contains("vault")
                    case .worker: false
                    case .client: allowed == ["server"] && peer != nil
                    case .operator where allowed == ["socket"]: peer != nil
                    case .operator where allowed == ["operator"]: role != nil && action != .presenceSet
                    case .operator where action == .approvalBreakGlass: false
                    case .operator: role.map { allowed.contains($0.rawValue) } ?? false
                    }
                #expect((outcome == nil) == isAllowed, "\(action) \(door) \(role?.rawValue ?? "-"): \(outcome as Any)")
            }
        }
    }

    @Test("nothing at all is allowed once the vault is sealing", arguments: Action.allCases)
    func sealing(action: Action) throws {
        var state = try Self.team()
        state.isSealing = true
        for door in [Caller.Door.client, .operator, .inside] {
            for (_, peer) in Self.people { #expect(Self.outcome(action, door, peer, state) == .sealed) }
        }
    }

    @Test(
        "an operator of several roles may what any of them may, and no role includes another",
        arguments: Action.allCases
    )
    func combined(action: Action) throws {
        let allowed = Set(
            try #require(Self.table[action]).split(separator: " ").compactMap { Role(rawValue: String($0)) }
        )
        guard !allowed.isEmpty else { return }
        for bits in 0..<(1 << Role.allCases.count) {
            let roles = Set(Role.allCases.indices.filter { bits >> $0 & 1 == 1 }.map { Role.allCases[$0] })
            var state = VaultState(profile: .team)
            state.operators[1000] = try Self.person("ada", 1000, roles)
            let outcome = Self.outcome(action, .operator, .synthetic(uid: 1000), state)
            // Going past everybody else takes the person too.
            let isAllowed = !roles.isDisjoint(with: allowed) && action != .approvalBreakGlass
            #expect((outcome == nil) == isAllowed, "\(action) \(roles)")
        }
    }

    @Test(
        "with one user, and with a server that may run as the operator, what the table says needs the person",
        arguments: Action.allCases
    )
    func presence(action: Action) throws {
        var shared = try Self.team()
        let server = try ServerName("anyone")
        shared.servers[server] = Server(
            id: RecordID(high: 1, low: 1),
            name: server,
            owner: nil,
            selectors: Selectors(gid: 5),
            created: ManualClock.start.wall
        )
        for state in [try Self.team(.singleUser), shared] {
            for (role, peer) in Self.people {
                guard let role, let peer else { continue }
                var state = state
                let verifier = PresenceVerifier(salt: [], passes: 2, memoryBytes: 19 << 20, hash: [])
                state.operators[peer.uid]?.presence = verifier
                let without = Self.outcome(action, .operator, peer, state)
                let ledger = PresenceLedger()
                let proof = ledger.issue(to: peer.process, at: ManualClock.start)
                let with = Self.outcome(action, .operator, peer, state, ledger, proof)
                if Self.presence.contains(action), with == nil {
                    #expect(without == .presenceRequired, "\(action) \(role)")
                } else {
                    #expect(without == with, "\(action) \(role)")
                }
                state.operators[peer.uid]?.presence = nil
                if Self.presence.contains(action), with == nil {
                    #expect(Self.outcome(action, .operator, peer, state) == .presenceNotSet)
                }
            }
        }
    }

    @Test(
        "in a team whose servers run under uids of their own nothing else needs the person",
        arguments: Action.allCases
    )
    func ownUsers(action: Action) throws {
        for (role, peer) in Self.people {
            let outcome = Self.outcome(action, .operator, peer, try Self.team())
            // Whoever changes a passphrase proves the old one: a server may come to run as them later.
            // And whoever lets a call through alone is there.
            let needsPerson = action == .presenceSet && role != nil || action == .approvalBreakGlass && role == .admin
            #expect((outcome == .presenceNotSet) == needsPerson)
            #expect(outcome != .presenceRequired)
        }
    }

    @Test("a sealed vault refuses whatever it is asked, and a vault that was never set up says so")
    func sealedVault() async throws {
        let kit = try await TestVault()
        let peer = Peer.synthetic()
        try await kit.seal()
        for refusal in await [
            kit.refusal(of: Secrets.list(by: kit.admin)), kit.refusal(of: Vault.seal(by: kit.admin)),
            kit.refusal(of: Tokens.issue(try kit.demand(), by: kit.server(peer))),
        ] { #expect(refusal == .sealed) }

        let fresh = try TestVault(uninitialisedFor: 1000)
        #expect(await fresh.refusal(of: Secrets.list(by: fresh.admin)) == .notInitialised)
        #expect(fresh.vault.phase == .notInitialised)
    }

    // MARK: People

    /// One operator of each role, somebody who is none, and nobody at all.
    private static let people: [(role: Role?, peer: Peer?)] =
        Role.allCases.indices.map { (Role.allCases[$0], .synthetic(uid: UInt32(1000 + $0))) }
        + [(nil, .synthetic(uid: 77)), (nil, nil)]

    private static func team(_ profile: Profile = .team) throws -> VaultState {
        var state = VaultState(profile: profile)
        for (role, peer) in people {
            guard let role, let peer else { continue }
            state.operators[peer.uid] = try person(role.rawValue, peer.uid, [role])
        }
        return state
    }

    private static func person(_ name: String, _ uid: UInt32, _ roles: Set<Role>) throws -> Operator {
        Operator(
            id: RecordID(high: 0, low: UInt64(uid)),
            name: try OperatorName(name),
            uid: uid,
            roles: roles,
            groups: [],
            presence: nil,
            created: ManualClock.start.wall
        )
    }

    private static func outcome(
        _ action: Action,
        _ door: Caller.Door,
        _ peer: Peer?,
        _ state: VaultState,
        _ ledger: PresenceLedger = PresenceLedger(),
        _ proof: String? = nil
    ) -> Refusal? {
        let caller = Caller(door: door, peer: peer, requestID: "req_test", presenceProof: proof)
        var proofs = PresenceProofs(ledger)
        do throws(Refusal) {
            try Policy.authorise(action, caller, in: state, proofs: &proofs, at: ManualClock.start)
            return nil
        } catch { return error }
    }
}
