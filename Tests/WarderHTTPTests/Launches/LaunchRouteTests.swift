import Foundation
import Glibc
import Testing
import WarderLinux
import WarderModel
import WarderTesting

@testable import WarderCore
@testable import WarderHTTP

/// Launches over real sockets: this process is the launcher, and curl below it is the server.
@Suite struct LaunchRouteTests {
    private static let conditions = Selectors(uid: geteuid(), isLaunched: true)

    /// A vault with the launched server `notes`.
    private static func with(
        limits: ServerLimits = .unhurried,
        _ body: (TestServer) async throws -> Void
    ) async throws {
        let kit = try await TestVault(uid: geteuid())
        try await kit.mustPut("notes/api")
        try await kit.mustAddServer("notes", conditions)
        for tool in ["notes/search", "notes/@launch"] {
            try await kit.mustAddTool(tool)
            try await kit.mustGrant(tool, "notes/api")
        }
        try await TestServer.with(kit, limits: limits) { try await body($0) }
    }

    @Test("below the launcher is the server, for as long as the launcher's connection is open")
    func life() async throws {
        try await Self.with { server in
            #expect(try Self.curl(server, "notes/search") == 403)
            var line: RawClient? = try server.connect(.client)
            let answer = try #require(line).ask("POST", "/v1/launches", body: #"{"server":"notes"}"#)
            #expect(answer.status == 201)
            let launch = try #require(try Node(json: answer.body)["launch"]?.text)
            #expect(try Self.curl(server, "notes/search") == 200)
            #expect(try server.kit.lastEvent().launch == launch)
            #expect(try Self.curl(server, "notes/@launch") == 403)
            #expect(try server.kit.lastEvent().line == "secret.resolve: launcher_only")
            let own = try server.connect(.client)
            #expect(try own.ask("POST", "/v1/resolve", body: Self.demand("notes/@launch")).status == 200)
            let who = try Node(json: try own.ask("GET", "/v1/whoami").body)
            #expect(who["launch"]?.text == launch && who["launchable"]?.texts == ["notes"])
            line = nil
            try await Self.eventually { try server.kit.events().contains { $0.line == "launch.end" } }
            #expect(try Self.curl(server, "notes/search") == 403)
            #expect(try own.ask("POST", "/v1/resolve", body: Self.demand("notes/@launch")).status == 403)
        }
    }

    @Test("a token ends with the launch, also on a connection that stays open")
    func tokens() async throws {
        try await Self.with { server in
            var line: RawClient? = try server.connect(.client)
            _ = try #require(line).ask("POST", "/v1/launches", body: #"{"server":"notes"}"#)
            let own = try server.connect(.client)
            let issued = try own.ask("POST", "/v1/tokens", body: #"{"tool":"notes/search"}"#)
            let token = try #require(try Node(json: issued.body)["token"]?.text)
            let bearer = ["Authorization": "Bearer \(token)"]
            #expect(try own.ask("GET", "/v1/secrets/notes/api", bearer).status == 200)
            line = nil
            try await Self.eventually { try own.ask("GET", "/v1/secrets/notes/api", bearer).status == 403 }
            try await Self.eventually { try server.kit.events().contains { $0.changes?.contains("revoked=1") == true } }
            // Another launch of the same process does not bring it back.
            let again = try server.connect(.client)
            #expect(try again.ask("POST", "/v1/launches", body: #"{"server":"notes"}"#).status == 201)
            #expect(try own.ask("GET", "/v1/secrets/notes/api", bearer).status == 401)
        }
    }

    @Test("a launch without members is the launcher's alone")
    func withoutMembers() async throws {
        try await Self.with { server in
            let line = try server.connect(.client)
            defer { withExtendedLifetime(line) {} }
            let answer = try line.ask("POST", "/v1/launches", body: #"{"server":"notes","members":false}"#)
            #expect(answer.status == 201)
            #expect(try Self.curl(server, "notes/search") == 403)
            let own = try server.connect(.client)
            #expect(try own.ask("POST", "/v1/resolve", body: Self.demand("notes/search")).status == 200)
        }
    }

    @Test(
        "what a launcher started starts no launch, whether it speaks for the server or not",
        arguments: [true, false]
    )
    func withinAnother(members: Bool) async throws {
        try await Self.with { server in
            let line = try server.connect(.client)
            defer { withExtendedLifetime(line) {} }
            let answer = try line.ask("POST", "/v1/launches", body: #"{"server":"notes","members":\#(members)}"#)
            let launch = try #require(try Node(json: answer.body)["launch"]?.text)
            for body in [#"{"server":"notes"}"#, #"{"server":"notes","members":false}"#] {
                #expect(try Self.curl(server, "/v1/launches", body: body).status == 403)
                let event = try server.kit.lastEvent()
                #expect(event.line == "launch.start: launch_nested" && event.launch == launch)
            }
            let who = try Node(json: Self.curl(server, "/v1/whoami").body)
            #expect(who["launchable"]?.texts == [])
            #expect(who["servers"]?.texts == (members ? ["notes"] : []))
        }
    }

    @Test("no way up is so long that what lies at its end could start a launch")
    func deep() async throws {
        try await Self.with { server in
            let line = try server.connect(.client)
            defer { withExtendedLifetime(line) {} }
            _ = try line.ask("POST", "/v1/launches", body: #"{"server":"notes","members":false}"#)
            let body = #"{"server":"notes"}"#
            #expect(try Self.curl(server, "/v1/launches", body: body, processesBetween: 40).status == 403)
            #expect(try server.kit.lastEvent().line == "launch.start: launch_nested")
        }
    }

    @Test("a launch that turns out to lie in another one ends")
    func turnsOut() async throws {
        try await Self.with { server in
            // As after a restart of the daemon, when the inner one is back first.
            let inner = try Inner(server)
            defer { inner.end() }
            #expect(inner.line() == "201")
            let line = try server.connect(.client)
            defer { withExtendedLifetime(line) {} }
            #expect(try line.ask("POST", "/v1/launches", body: #"{"server":"notes"}"#).status == 201)
            #expect(inner.line() == "ended")
            try await Self.eventually {
                try server.kit.events().contains { $0.changes?.contains("reason=nested") == true }
            }
            #expect(try line.ask("GET", "/v1/health").status == 200)
        }
    }

    @Test("a user's search is not repeated for the launches of others, and none of them takes the last place")
    func others() async throws {
        var ends: [Int32] = [-1, -1]
        #expect(unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { for end in ends { close(end) } }
        let peer = try Attestor(options: AttestationOptions()).open(socket: ends[0])
        let board = LaunchBoard(try await TestVault().vault)
        let id = LaunchID(random: RecordID(high: 1, low: 2))
        let membership = LaunchMembership(
            id: id,
            server: try ServerName("notes"),
            conditions: Self.conditions,
            part: .launcher
        )
        let launch = Launch(membership, launcher: peer, admitsMembers: true) {}
        let (own, other) = (board.generation(of: geteuid()), board.generation(of: geteuid() + 1))
        #expect(board.reserve(launch) == nil && board.begin(launch))
        #expect(board.generation(of: geteuid()) > own)
        #expect(board.generation(of: geteuid() + 1) == other)
        #expect(LaunchBoard.hasPlace(besides: 63, of: 383) && !LaunchBoard.hasPlace(besides: 64, of: 64))
        #expect(!LaunchBoard.hasPlace(besides: 1, of: 384) && LaunchBoard.hasPlace(besides: 0, of: 511))
        #expect(!LaunchBoard.hasPlace(besides: 0, of: 512))
    }

    @Test("a process launches once, on whichever connection, and again when that has ended")
    func twice() async throws {
        try await Self.with { server in
            var line: RawClient? = try server.connect(.client)
            let request = #"{"server":"notes"}"#
            #expect(try #require(line).ask("POST", "/v1/launches", body: request).status == 201)
            #expect(try #require(line).ask("POST", "/v1/launches", body: request).status == 429)
            let other = try server.connect(.client)
            #expect(try other.ask("POST", "/v1/launches", body: request).status == 429)
            line = nil
            try await Self.eventually { try other.ask("POST", "/v1/launches", body: request).status == 201 }
        }
    }

    @Test("a launch ends at once when its server is recognised otherwise, and the launcher hears of it")
    func updated() async throws {
        try await Self.with { server in
            let line = try server.connect(.client)
            defer { withExtendedLifetime(line) {} }
            _ = try line.ask("POST", "/v1/launches", body: #"{"server":"notes"}"#)
            #expect(try Self.curl(server, "notes/search") == 200)
            let other = Selectors(uid: geteuid(), gid: getegid(), isLaunched: true)
            _ = try await server.kit.vault.perform(
                Servers.update(try ServerName("notes"), owner: nil, selectors: other, by: server.kit.admin)
            )
            #expect(try Self.curl(server, "notes/search") == 403)
            try await Self.eventually {
                try server.kit.events().contains { $0.changes?.contains("reason=server_changed") == true }
            }
            #expect(try line.hasEndedSoon())
        }
    }

    @Test("the connection of a launch is neither idle nor one of those that its user may have")
    func place() async throws {
        var limits = ServerLimits.unhurried
        limits.idleSeconds = 1
        limits.connectionsPerUser = 2
        try await Self.with(limits: limits) { server in
            let line = try server.connect(.client)
            defer { withExtendedLifetime(line) {} }
            _ = try line.ask("POST", "/v1/launches", body: #"{"server":"notes"}"#)
            var others: [RawClient] = []
            for _ in 0..<6 {
                let client = try server.connect(.client)
                #expect(try client.ask("GET", "/v1/health").status == 200)
                others.append(client)
            }
            #expect(try others[0].hasEndedSoon(), "two, and the newer ones take the places of the older ones")
            try await Task.sleep(for: .seconds(2))
            #expect(try line.ask("GET", "/v1/health").status == 200, "it takes requests as others do")
        }
    }

    @Test("a launch outlasts a seal, as its connection does, and while it lasts nobody gets anything")
    func sealed() async throws {
        try await Self.with { server in
            let line = try server.connect(.client)
            defer { withExtendedLifetime(line) {} }
            _ = try line.ask("POST", "/v1/launches", body: #"{"server":"notes"}"#)
            try await server.kit.seal()
            #expect(try Self.curl(server, "notes/search") == 503)
            _ = try await server.kit.unseal()
            #expect(try Self.curl(server, "notes/search") == 200)
        }
    }

    // MARK: Means

    private static func demand(_ tool: String) -> String { #"{"tool":"\#(tool)","secret":"notes/api"}"# }

    /// The status that a process below this one gets.
    private static func curl(_ server: TestServer, _ tool: String) throws -> Int {
        try curl(server, "/v1/resolve", body: demand(tool)).status
    }

    /// What a process below this one is answered.
    private static func curl(
        _ server: TestServer,
        _ path: String,
        body: String? = nil,
        processesBetween: Int = 0
    ) throws -> (status: Int, body: [UInt8]) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        let descend = #"if [ "$0" -gt 0 ]; then n=$(($0 - 1)); sh -c "$D" "$n" "$@"; exit; fi; "$@"; exit"#
        var command = [
            "curl", "-s", "-w", "\n%{http_code}", "--unix-socket", server.clientSocket, "http://warder" + path,
        ]
        if let body { command += ["-H", "Content-Type: application/json", "-d", body] }
        process.arguments = ["-c", descend, String(processesBetween)] + command
        process.environment = ProcessInfo.processInfo.environment.merging(["D": descend]) { $1 }
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard let end = text.lastIndex(of: "\n") else { return (0, []) }
        return (Int(text[end...].dropFirst()) ?? 0, Array(text[..<end].utf8))
    }

    /// A process below this one that launches, and says so when its launch has ended.
    private final class Inner {
        private static let script = """
            import socket, sys
            s = socket.socket(socket.AF_UNIX)
            s.connect(sys.argv[1])
            body = '{"server":"notes"}'
            s.sendall(("POST /v1/launches HTTP/1.1\\r\\nHost: w\\r\\nContent-Type: application/json\\r\\n"
                "Content-Length: %d\\r\\n\\r\\n%s" % (len(body), body)).encode())
            print(s.recv(65536).split(b" ")[1].decode(), flush=True)
            try:
                while s.recv(65536): pass
            except ConnectionError: pass
            print("ended", flush=True)
            """
        private let process = Process()
        private let output = Pipe()

        init(_ server: TestServer) throws {
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["python3", "-c", Self.script, server.clientSocket]
            process.standardOutput = output
            try process.run()
        }

        func line() -> String {
            String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }

        func end() {
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
            process.waitUntilExit()
        }
    }

    private static func eventually(_ condition: () throws -> Bool) async throws {
        for _ in 0..<500 {
            if try condition() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("it never came true")
    }
}
