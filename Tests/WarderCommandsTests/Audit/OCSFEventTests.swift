import Foundation
import Testing
import WarderModel

@testable import WarderCommands

@Suite("Events as OCSF")
struct OCSFEventTests {
    /// `type_uid` of every action.
    private static let expected = """
        vault.init 600201
        vault.start 600203
        vault.stop 600204
        vault.unseal 600206
        vault.seal 600207
        unseal.share 600299
        unseal.cancel 600299
        presence.prove 300201
        token.issue 300301
        secret.put 300401
        secret.set 300403
        secret.promote 300403
        secret.rollback 300403
        secret.undelete 300408
        secret.delete 300404
        secret.destroy 300404
        server.add 300401
        server.update 300403
        server.quarantine 300412
        server.release 300413
        server.remove 300404
        tool.add 300401
        tool.set 300403
        tool.import 300403
        tool.change 300403
        tool.accept 300403
        tool.remove 300404
        grant.add 300401
        grant.remove 300404
        operator.add 300401
        operator.enrol 300406
        operator.enrol_share 300406
        operator.remove 300404
        presence.set 300403
        presence.enrol 300406
        slot.add 300401
        slot.change 300403
        slot.remove 300404
        key.rotate 300403
        key.rewrap 300403
        root.rotate 300403
        key.rotate_log 300403
        secret.resolve 600302
        secret.watch 600302
        secret.reveal 600302
        secret.salvage 600302
        secret.list 600302
        secret.show 600302
        server.list 600302
        tool.list 600302
        grant.list 600302
        operator.list 600302
        key.list 600302
        token.list 600302
        audit.search 600302
        audit.export 600302
        doctor.read 600302
        doctor.deep 600302
        report.read 600302
        backup.create 600302
        token.renew 600303
        token.drop 600304
        token.revoke 600304
        call.report 600399
        peer.unknown 600399
        peer.limited 600399
        peer.sealed 600399
        peer.refused 600399
        peer.malformed 600399
        backup.restore 600201
        backup.release 600206
        backup.review 600302
        audit.prove 600302
        audit.find_leak 600302
        rotation.set 300403
        rotation.remove 300403
        rotation.promote 300403
        rotation.demote 300403
        rotation.list 600302
        launch.start 600399
        launch.end 600399
        rotation.start 600301
        rotation.test 600399
        rotation.pause 600303
        rotation.resume 600303
        rotation.abort 600303
        rotation.rollback 600303
        rotation.forget 600304
        rotation.begin 600301
        rotation.step 600303
        rotation.answer 600303
        rotation.end 600303
        audit.prune 600304
        notice.send 600399
        alert.list 600302
        alert.ack 600303
        alert.mute 600303
        alert.set 600303
        alert.raise 600301
        alert.learn 600303
        limit.set 600303
        limit.list 600302
        inventory.read 600302
        inventory.apply 600303
        token.limited 600399
        approval.request 600301
        approval.watch 600302
        approval.list 600302
        approval.show 600302
        approval.approve 600303
        approval.deny 600303
        approval.break_glass 600303
        approval.review 600303
        rule.list 600302
        rule.set 300403
        rule.remove 300404
        standing.add 300401
        standing.list 600302
        standing.revoke 300404
        """

    private static func convert(_ event: [String: Any]) throws -> [String: Any] {
        var converter = OCSFEvent()
        let bytes = converter.convert(try SampleEvent.parsed(event))
        #expect(bytes.last == UInt8(ascii: "\n") && bytes.count { $0 == UInt8(ascii: "\n") } == 1)
        return try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    @Test("the release that events name is the one that they are held against")
    func version() throws {
        #expect(try OCSFTypes.read().version == OCSFEvent.version)
    }

    @Test("every action, allowed or refused, is an event as its class demands", arguments: Action.allCases)
    func required(_ action: Action) throws {
        let types = try OCSFTypes.read()
        let samples = [
            SampleEvent.bare(action), SampleEvent.bare(action, refusedBecause: .roleMissing), SampleEvent.full(action),
            SampleEvent.full(action, refusedBecause: .grantMissing),
        ]
        for sample in samples {
            let event = try Self.convert(sample)
            #expect(types.faults(of: event) == [], "\(sample)")
            let profiles = (event["metadata"] as? [String: Any])?["profiles"] as? [String] ?? []
            #expect(profiles.contains("security_control"))
            let isRefused = sample["decision"] as? String == "refused"
            #expect(event["action_id"] as? Int == (isRefused ? 2 : 1))
            #expect((event["disposition_id"] as? Int == 1) == !isRefused)
            #expect(event["status_id"] as? Int == (isRefused ? 2 : 1))
            #expect(event["time"] as? Int == 1_795_253_400_250)
        }
    }

    @Test("a damaged event is one as its class demands: unknown, grave, at the time of the one before it")
    func damaged() throws {
        var converter = OCSFEvent()
        func convert(_ event: [String: Any]) throws -> [String: Any] {
            let bytes = converter.convert(try SampleEvent.parsed(event))
            return try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        }
        _ = try convert(SampleEvent.bare(.secretReveal))
        let leaf = String(repeating: "0a", count: 32)
        let event = try convert(["damaged": true, "leaf": leaf, "seq": 18])
        #expect(try OCSFTypes.read().faults(of: event) == [])
        #expect(event["type_uid"] as? Int == 600_399)
        #expect(event["action_id"] as? Int == 0 && event["status_id"] as? Int == 0)
        #expect(event["disposition_id"] as? Int == 27 && event["severity_id"] as? Int == 4)
        #expect(event["time"] as? Int == 1_795_253_400_250)
        let metadata = try #require(event["metadata"] as? [String: Any])
        #expect(metadata["event_code"] as? String == "damaged" && metadata["sequence"] as? Int == 18)
        #expect((event["unmapped"] as? [String: Any])?["leaf"] as? String == leaf)
    }

    @Test("every action has the class and the activity that the table says")
    func classes() throws {
        let table = Dictionary(
            uniqueKeysWithValues: Self.expected.split(separator: "\n").map { line in
                let words = line.split(separator: " ")
                return (String(words[0]), Int(words[1]) ?? 0)
            }
        )
        #expect(Set(table.keys) == Set(Action.allCases.map(\.rawValue)))
        for action in Action.allCases {
            #expect(OCSFActivity(action).typeID == table[action.rawValue], "\(action)")
        }
    }

    @Test("nothing of an event is lost", arguments: Action.allCases)
    func lossless(_ action: Action) throws {
        var sample = SampleEvent.full(action, refusedBecause: .tokenExpired)
        sample["of_a_later_version"] = ["a": ["b", 7]]
        let event = try Self.convert(sample)
        let found = Set(Self.leaves(of: event))
        for leaf in Self.leaves(of: sample) {
            // A place that says more than the log: `github/create_issue`, `ada` beside her number, 2 for denied.
            let isThere =
                found.contains(leaf) || ["create_issue", "github"].contains(leaf) && Self.names(found)
                || leaf == "refused" && event["action_id"] as? Int == 2
            #expect(isThere, "\(leaf)")
        }
    }

    private static func names(_ found: Set<String>) -> Bool {
        found.contains { $0.hasSuffix("github/create_issue") }
    }

    /// Every string and number inside.
    private static func leaves(of value: Any) -> [String] {
        switch value {
        case let object as [String: Any]: object.values.flatMap { leaves(of: $0) }
        case let list as [Any]: list.flatMap { leaves(of: $0) }
        default: ["\(value)"]
        }
    }

    @Test("a refused resolve says who, what, why and where it belongs")
    func example() throws {
        let event = try Self.convert(SampleEvent.full(.secretResolve, refusedBecause: .grantMissing))
        func at(_ path: String) -> String? {
            var node: Any? = event
            for name in path.split(separator: ".") {
                if let index = Int(name) {
                    node = (node as? [Any])?[index]
                } else {
                    node = (node as? [String: Any])?[String(name)]
                }
            }
            return node.map { "\($0)" }
        }
        let facts = [
            "api.operation": "secret.resolve", "api.token.uid": "tok_0001", "api.request.uid": "req-1",
            "api.response.error": "grant_missing", "resources.0.name": "github/pat", "resources.0.version": "3",
            "resources.1.name": "github/create_issue", "actor.user.uid": "1001", "actor.process.pid": "4242",
            "actor.process.file.hashes.0.value": String(repeating: "ab", count: 32), "actor.app_name": "github",
            "src_endpoint.svc_name": "github", "trace.uid": String(repeating: "2e", count: 16),
            "metadata.sequence": "17", "metadata.event_code": "secret.resolve", "status_code": "grant_missing",
            "disposition": "Blocked", "severity": "Medium", "duration": "1", "unmapped.duration_us": "1234",
            "unmapped.on_behalf_of": "ada@example.org", "unmapped.agent": "desktop 1.2",
            "unmapped.peer.unit": "mcp-github.service", "unmapped.peer.attestation": "pidfd",
        ]
        for (path, value) in facts { #expect(at(path) == value, "\(path)") }
        #expect(at("unmapped.secret") == nil && at("unmapped.peer.uid") == nil)
    }

    @Test("how much an event matters follows from what was refused, and what was allowed")
    func severity() throws {
        let table: [(Action, Refusal?, String, String)] = [
            (.secretResolve, nil, "Informational", "Allowed"), (.secretReveal, nil, "Low", "Allowed"),
            (.secretSalvage, nil, "Low", "Allowed"), (.backupCreate, nil, "Low", "Allowed"),
            (.secretReveal, .roleMissing, "Medium", "Unauthorized"),
            (.vaultUnseal, .wrongKey, "Medium", "Unauthorized"),
            (.secretPut, .checkFailed, "Low", "Blocked"), (.secretResolve, .valueDamaged, "High", "Error"),
        ]
        for (action, refusal, severity, disposition) in table {
            let event = try Self.convert(SampleEvent.bare(action, refusedBecause: refusal))
            #expect(event["severity"] as? String == severity, "\(action)")
            #expect(event["disposition"] as? String == disposition, "\(action)")
        }
    }

    @Test("a type of a later version is written all the same")
    func unknown() throws {
        var sample = SampleEvent.full(.secretResolve)
        sample["type"] = "secret.lease"
        let event = try Self.convert(sample)
        #expect(event["type_uid"] as? Int == 600_399)
        #expect(try OCSFTypes.read().faults(of: event) == [])
        #expect((event["api"] as? [String: Any])?["operation"] as? String == "secret.lease")
    }

    @Test(
        "what shows nothing is written as an escape, and means the same",
        arguments: ["\u{82E}", "\u{E0041}", "\u{3164}", "\u{202E}", "\u{FE0F}", "\u{E000}"]
    )
    func hidden(_ character: String) throws {
        var sample = SampleEvent.full(.secretResolve)
        sample["on_behalf_of"] = "a\(character)b é"
        var converter = OCSFEvent()
        let line = converter.convert(try SampleEvent.parsed(sample))
        let text = String(decoding: line.dropLast(), as: UTF8.self)
        #expect(!text.unicodeScalars.contains(where: HiddenCharacter.contains))
        #expect(text.contains("é"))
        let event = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
        #expect((event["unmapped"] as? [String: Any])?["on_behalf_of"] as? String == "a\(character)b é")
    }
}
