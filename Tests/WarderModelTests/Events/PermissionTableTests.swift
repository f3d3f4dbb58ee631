import Testing
import WarderModel

/// Who may do what, in one place, so that a change of it is a change of this table too.
@Suite struct PermissionTableTests {
    // type | who may ask | presence where a server may run as that person | effect
    private static let table = """
        vault.start       | vault                         |          | start
        vault.stop        | vault                         |          | stop
        vault.init        | operator socket               |          | create
        vault.unseal      | operator socket               |          | start
        vault.seal        | admin                         |          | stop
        unseal.share      | operator socket               |          | start
        unseal.cancel     | operator socket               |          | delete
        peer.unknown      | vault                         |          | use
        peer.limited      | vault                         |          | use
        peer.sealed       | vault                         |          | use
        peer.refused      | vault                         |          | use
        peer.malformed    | vault                         |          | use
        presence.prove    | any operator                  |          | authenticate
        presence.set      | any operator                  | presence | update
        presence.enrol    | any operator                  |          | update
        key.list          | admin auditor                 |          | read
        slot.add          | admin                         | presence | create
        slot.remove       | admin                         | presence | delete
        slot.change       | admin                         | presence | update
        key.rotate        | admin                         | presence | update
        key.rewrap        | vault                         |          | update
        root.rotate       | admin                         | presence | update
        key.rotate_log    | admin                         | presence | update
        secret.put        | admin rotator                 |          | create
        secret.set        | admin rotator                 |          | update
        secret.reveal     | reader                        | presence | read
        secret.salvage    | reader                        | presence | read
        secret.list       | admin auditor reader rotator  |          | read
        secret.show       | admin auditor reader rotator  |          | read
        secret.promote    | admin rotator                 |          | update
        secret.rollback   | admin rotator                 |          | update
        secret.delete     | admin                         |          | delete
        secret.undelete   | admin                         |          | update
        secret.destroy    | admin                         | presence | delete
        secret.resolve    | server                        |          | read
        secret.watch      | server                        |          | read
        launch.start      | server                        |          | start
        launch.end        | vault                         |          | stop
        token.issue       | server                        |          | create
        token.renew       | server                        |          | update
        token.drop        | server                        |          | delete
        token.list        | admin auditor                 |          | read
        token.revoke      | admin                         |          | delete
        call.report       | server                        |          | use
        server.add        | admin                         | presence | create
        server.update     | admin                         | presence | update
        server.list       | any operator                  |          | read
        server.quarantine | admin vault                   |          | update
        server.release    | admin                         | presence | update
        server.remove     | admin                         | presence | delete
        tool.add          | admin                         | presence | create
        tool.list         | any operator                  |          | read
        tool.set          | admin                         | presence | update
        tool.import       | admin                         | presence | update
        tool.change       | vault                         |          | update
        tool.accept       | admin                         | presence | update
        tool.remove       | admin                         | presence | delete
        grant.add         | admin                         | presence | create
        grant.list        | any operator                  |          | read
        grant.remove      | admin                         | presence | delete
        inventory.read    | admin auditor reader rotator  |          | read
        inventory.apply   | admin                         | presence | update
        operator.add      | admin                         | presence | create
        operator.list     | any operator                  |          | read
        operator.remove   | admin                         | presence | delete
        operator.enrol    | admin                         | presence | create
        operator.enrol_share | operator socket               |          | create
        backup.create     | admin owner                   |          | read
        backup.restore    | vault                         |          | create
        backup.review     | admin auditor reader rotator  |          | read
        backup.release    | admin                         | presence | update
        rotation.set      | admin                         | presence | create
        rotation.remove   | admin                         | presence | delete
        rotation.list     | admin auditor reader rotator  |          | read
        rotation.start    | admin rotator                 |          | create
        rotation.test     | admin rotator                 |          | use
        rotation.pause    | admin rotator                 |          | update
        rotation.resume   | admin rotator                 |          | update
        rotation.abort    | admin rotator                 |          | update
        rotation.rollback | admin rotator                 | presence | update
        rotation.forget   | admin                         | presence | delete
        rotation.begin    | vault                         |          | create
        rotation.step     | vault                         |          | update
        rotation.answer   | vault                         |          | update
        rotation.promote  | vault                         |          | update
        rotation.demote   | vault                         |          | update
        rotation.end      | vault                         |          | update
        limit.set         | admin                         | presence | update
        limit.list        | any operator                  |          | read
        token.limited     | vault                         |          | use
        alert.list        | any operator                  |          | read
        alert.ack         | admin auditor                 | presence | update
        alert.mute        | admin                         | presence | update
        alert.set         | admin                         | presence | update
        alert.raise       | vault                         |          | create
        alert.learn       | vault                         |          | update
        notice.send       | vault                         |          | use
        approval.request  | vault                         |          | create
        approval.watch    | server                        |          | read
        approval.list     | admin approver auditor        |          | read
        approval.show     | admin approver auditor        |          | read
        approval.approve  | admin approver                | presence | update
        approval.deny     | admin approver                |          | update
        approval.break_glass | admin                         | presence | update
        approval.review   | admin approver auditor        | presence | update
        rule.list         | any operator                  |          | read
        rule.set          | admin                         | presence | update
        rule.remove       | admin                         | presence | delete
        standing.add      | admin                         | presence | create
        standing.list     | admin approver auditor        |          | read
        standing.revoke   | admin approver                |          | delete
        audit.search      | auditor                       |          | read
        audit.export      | auditor                       |          | read
        audit.prove       | auditor                       |          | read
        audit.find_leak   | auditor                       |          | read
        audit.prune       | admin                         | presence | delete
        doctor.read       | any operator                  |          | read
        doctor.deep       | admin auditor                 |          | read
        report.read       | admin auditor                 |          | read
        """

    private func who(_ permission: Action.Permission) -> String {
        switch permission {
        case .vault: "vault"
        case .server: "server"
        case .operatorSocket: "operator socket"
        case .anyOperator: "any operator"
        case .rolesOrOwner(let roles): roles.sorted().map(\.rawValue).joined(separator: " ") + " owner"
        case .rolesOrVault(let roles): roles.sorted().map(\.rawValue).joined(separator: " ") + " vault"
        case .roles(let roles): roles.sorted().map(\.rawValue).joined(separator: " ")
        }
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    @Test func `every action needs what the table says`() {
        let lines = Self.table.split(separator: "\n").map(String.init)
        let actual = Action.allCases.map { action in
            [
                padded(action.rawValue, 17), padded(who(action.permission), 29),
                padded(action.needsPresence ? "presence" : "", 8), action.effect.rawValue,
            ].joined(separator: " | ")
        }
        #expect(actual.count == lines.count)
        for (line, expected) in zip(actual, lines) { #expect(line == expected) }
    }

    @Test func `an action that names roles names one at least`() {
        for action in Action.allCases {
            if case .roles(let roles) = action.permission { #expect(!roles.isEmpty, "\(action.rawValue)") }
        }
    }

    @Test func `only readers reveal, and no role that changes things reads the log`() {
        #expect(Action.secretReveal.permission == .roles([.reader]))
        for action in [Action.auditSearch, .auditExport, .auditProve] {
            #expect(action.permission == .roles([.auditor]))
        }
    }

    @Test func `only a person can be asked to be there`() {
        for action in Action.allCases where action.needsPresence {
            switch action.permission {
            case .roles, .rolesOrOwner, .rolesOrVault, .anyOperator: break
            case .operatorSocket, .server, .vault: Issue.record("\(action.rawValue)")
            }
        }
    }
}

@Suite struct EventWordsTests {
    @Test func `actors are spelled as they are written down`() throws {
        let peer = Peer(pid: 1, uid: 1001, gid: 1, startTime: 0, attestation: .uid)
        #expect(Actor.person(try OperatorName("ada"), peer).text == "operator:ada")
        #expect(Actor.uid(peer).text == "uid:1001")
        #expect(Actor.process(peer).text == "process:1001")
        #expect(Actor.vault.text == "vault")
        #expect(Actor.vault.peer == nil)
        #expect(Actor.process(peer).peer == peer)
    }

    @Test func `actions, reasons and roles are spelled in lower case, each in one way`() {
        #expect(Set(Action.allCases.map(\.rawValue)).count == Action.allCases.count)
        #expect(Action.allCases.allSatisfy { $0.rawValue.wholeMatch(of: /[a-z]+\.[a-z]+(_[a-z]+)*/) != nil })
        #expect(Refusal.allCases.allSatisfy { $0.rawValue.wholeMatch(of: /[a-z]+(_[a-z]+)*/) != nil })
        #expect(Role.allCases.map(\.rawValue) == ["admin", "rotator", "reader", "approver", "auditor"])
        let kinds = [
            "secret", "server", "tool", "grant", "operator", "origin", "rotation", "consumer", "retention", "approval",
            "approval_rule", "standing_approval", "limit", "definition",
            "alert", "watch", "habit",
        ]
        #expect(RecordKind.allCases.map(\.rawValue) == kinds)
    }
}
