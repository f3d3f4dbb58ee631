import Foundation
import Testing

@testable import WarderCommands

/// Shares on a real terminal: each is there for one person, and then nowhere.
@Suite("Shares on a terminal")
struct SharePagesTests {
    private static let first = "wdr_s_first-canary"
    private static let second = "wdr_s_second-canary"
    private static let arguments = ["key", "add-slot", "--shares", "2", "--threshold", "2"]

    private func run(_ keys: [(String, String)]) throws -> ScreenRun {
        let stub = try StubVault([
            .json(
                "POST /v1/keys/slots",
                201,
                """
                {"id":"0f1e2d3c4b5a69788796a5b4c3d2e1f0","kind":"shares","created":"2026-11-21T07:00:00.000Z",\
                "threshold":2,"shares":["\(Self.first)","\(Self.second)"]}
                """
            )
        ])
        defer { stub.stop() }
        return try ScreenRun(Self.arguments, keys: keys, socket: stub.path)
    }

    @Test("a share is there between the space bar and Enter, and never on the main screen")
    func pages() throws {
        let seen = try run([
            ("Share 1 of 2 is next", " "), (Self.first, "\r"), ("Share 2 of 2 is next", " "), (Self.second, "\r"),
        ])
        try #require(seen.moments.count == 5)
        #expect(seen.status == 0)
        #expect(seen.moments.map { $0.screen.contains(Self.first) } == [false, true, false, false, false])
        #expect(seen.moments.map { $0.screen.contains(Self.second) } == [false, false, false, true, false])
        #expect(seen.moments.allSatisfy { !$0.main.contains("canary") })
        #expect(seen.moments.map(\.echoes) == [false, false, false, false, true])
        #expect(seen.moments[4].main.contains("slot 0f1e2d3c: any 2 of 2 shares open the vault"))
    }

    @Test("keys that were pressed too early, and other keys, show nothing")
    func otherKeys() throws {
        let seen = try run([
            ("Share 1 of 2 is next", "\rx\u{1B}[A\u{4}"), ("Share 1 of 2 is next", " "), (Self.first, "x  \r  \r"),
            ("Share 2 of 2 is next", " "), (Self.second, "\r"),
        ])
        try #require(seen.moments.count == 6)
        #expect(seen.status == 0)
        #expect(!seen.moments[1].screen.contains("canary"))
        #expect(!seen.moments[3].screen.contains("canary"))
    }

    @Test("Ctrl-C takes the share away, gives the echo back, and says how to begin again")
    func interrupt() throws {
        let seen = try run([("Share 1 of 2 is next", " "), (Self.first, "\u{3}")])
        let end = try #require(seen.moments.last)
        #expect(seen.signal == 2)
        #expect(end.echoes)
        #expect(!end.screen.contains("canary") && !end.main.contains("canary"))
        #expect(end.screen == end.main)
        #expect(end.main.contains("warder: interrupted: 1 of 2 shares were not shown"))
        #expect(end.main.contains("warder key remove-slot 0f1e2d3c"))
        #expect(end.main.components(separatedBy: "interrupted").count == 2)
    }

    @Test(
        "a signal takes the share away before it ends the command",
        arguments: [("SIGINT", 2), ("SIGTERM", 15), ("SIGHUP", 1)]
    )
    func signals(_ name: String, _ number: Int) throws {
        let seen = try run([
            ("Share 1 of 2 is next", " "), (Self.first, "\r"), ("Share 2 of 2 is next", " "),
            (Self.second, "signal \(name)"),
        ])
        let end = try #require(seen.moments.last)
        #expect(seen.moments[3].screen.contains(Self.second))
        #expect(seen.signal == number)
        #expect(end.echoes)
        #expect(end.screen == end.main && !end.main.contains("canary"))
        #expect(end.main.contains("all 2 shares were shown, the last one cut short"))
        #expect(end.main.contains("warder key remove-slot 0f1e2d3c"))
    }
}
