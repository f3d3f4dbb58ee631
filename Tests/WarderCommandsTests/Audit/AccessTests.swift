import Foundation
import StrictJSON
import Testing
import WarderModel

@testable import WarderCommands

@Suite("Who can")
struct AccessTests {
    /// A log in the making.
    private struct Log {
        var picture = AccessPicture()
        let name: SecretName

        init() throws { name = try SecretName("github/pat") }

        mutating func add(_ action: Action, _ members: [String: Any], refused: Bool = false) throws {
            var event = SampleEvent.bare(action, refusedBecause: refused ? .notFound : nil)
            event.merge(members) { $1 }
            let line = try SampleEvent.line(event)
            guard AccessPicture.concerns(line) else { return }
            picture.take(try EventLine(parsing: line), about: name, in: .team)
        }

        func rows(at moment: String = "2026-11-21T10:00:00Z") throws -> [String] {
            let moment = try #require(Timestamp(rfc3339: moment))
            return Access(to: name, in: picture, at: moment).rows.map {
                "\($0.name) \($0.can ? "yes" : $0.because.joined(separator: "+"))"
            }
        }
    }

    private func furnished() throws -> Log {
        var log = try Log()
        try log.add(.vaultInit, ["changes": ["name=ada", "uid=1000", "role=admin", "role=reader"]])
        try log.add(.secretPut, ["secret": "github/pat", "version": 1])
        try log.add(.serverAdd, ["server": "github", "changes": ["server/0a@1", "uid=1001", "unit=g.service"]])
        let tool = ["server": "github", "tool": "list"]
        try log.add(.toolAdd, tool.merging(["changes": ["risk=read-only", "category=standard"]] as [String: Any]))
        try log.add(
            .grantAdd,
            tool.merging(
                [
                    "secret": "github/pat", "fields": ["value"],
                    "changes": ["approval=by-class", "lifetime=300s", "expires=2026-12-01T00:00:00.000Z"],
                ]
            )
        )
        return log
    }

    @Test("what was added is there, with its conditions")
    func added() throws {
        let log = try furnished()
        #expect(try log.rows() == ["github/list yes", "ada yes"])
        #expect(log.picture.servers["github"]?.selectors == "uid=1001 unit=g.service")
        #expect(try log.rows(at: "2026-12-01T00:00:00Z") == ["github/list grant_expired", "ada yes"])
    }

    @Test("what was taken away, blocked or deleted is not, until it is given back")
    func takenAway() throws {
        var log = try furnished()
        try log.add(.serverQuarantine, ["server": "github"])
        #expect(try log.rows() == ["github/list server_quarantined", "ada yes"])
        try log.add(.serverRelease, ["server": "github"], refused: true)
        #expect(try log.rows() == ["github/list server_quarantined", "ada yes"])
        try log.add(.serverRelease, ["server": "github"])
        try log.add(.secretDelete, ["secret": "github/pat"])
        #expect(try log.rows() == ["github/list secret_deleted", "ada secret_deleted"])
        try log.add(.secretUndelete, ["secret": "github/pat"])
        try log.add(.operatorAdd, ["changes": ["name=ada", "uid=1000", "role=admin"]])
        #expect(try log.rows() == ["github/list yes"])
        try log.add(.grantRemove, ["server": "github", "tool": "list", "secret": "github/pat"])
        #expect(try log.rows() == [])
    }

    @Test("a tool whose class asks for an approval cannot, unless the grant waived it")
    func approval() throws {
        var log = try furnished()
        let tool: [String: Any] = ["server": "github", "tool": "drop"]
        try log.add(.toolAdd, tool.merging(["changes": ["risk=critical", "category=standard"]]))
        let grant = tool.merging(["secret": "github/pat", "fields": ["value"], "changes": ["approval=by-class"]])
        try log.add(.grantAdd, grant)
        #expect(try log.rows().first == "github/drop approval_required")
        try log.add(.grantAdd, grant.merging(["changes": ["approval=none"]]))
        #expect(try log.rows().first == "github/drop yes")
    }

    @Test("other secrets, and events that change nothing, are passed over")
    func others() throws {
        var log = try furnished()
        try log.add(.secretDelete, ["secret": "other/one"])
        try log.add(.grantAdd, ["server": "github", "tool": "list", "secret": "other/one", "fields": ["value"]])
        try log.add(.secretReveal, ["secret": "github/pat"])
        #expect(try log.rows() == ["github/list yes", "ada yes"])
        #expect(log.picture.grants.count == 1)
    }
}

extension [String: Any] {
    fileprivate func merging(_ other: [String: Any]) -> [String: Any] { merging(other) { $1 } }
}

extension [String: String] {
    fileprivate func merging(_ other: [String: Any]) -> [String: Any] {
        (self as [String: Any]).merging(other) { $1 }
    }
}
