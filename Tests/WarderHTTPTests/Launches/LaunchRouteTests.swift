import Foundation
import Glibc
import Locking
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore
@testable import WarderHTTP
@testable import WarderLinux

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

    @Test(
        "a launch that turns out to lie in another one ends, and so does one so far down that nobody can tell",
        arguments: [(0, "nested"), (40, "way_up_unknown")]
    )
    func turnsOut(processesBetween: Int, reason: String) async throws {
        try await Self.with { server in
            // As after a restart of the daemon, when the inner one is back first.
            let inner = try Inner(server, processesBetween: processesBetween)
            defer { inner.end() }
            #expect(inner.line() == "201")
            let line = try server.connect(.client)
            defer { withExtendedLifetime(line) {} }
            #expect(try line.ask("POST", "/v1/launches", body: #"{"server":"notes"}"#).status == 201)
            #expect(inner.line() == "ended")
            try await Self.eventually {
                try server.kit.events().contains { $0.changes?.contains("reason=\(reason)") == true }
            }
            #expect(try line.ask("GET", "/v1/health").status == 200)
        }
    }

    @Test("a launch of which it cannot be read what lies above is looked at again and again, and ends by that")
    func inDoubt() async throws {
        let kit = try await TestVault(uid: geteuid())
        try await kit.mustAddServer("notes", Self.conditions)
        let board = LaunchBoard(kit.vault)
        let ends = Ends()
        let hungUp = Locked(0)
        let hidden = Launch(try Self.membership(1), launcher: try ends.hidden(), admitsMembers: true) {
            hungUp.withLock { $0 += 1 }
        }
        #expect(board.reserve(hidden) == nil && board.begin(hidden))
        for _ in 0..<9 { #expect(board.confirmFully(hidden), "it is the only one") }
        let other = Launch(try Self.membership(2), launcher: try ends.seen(), admitsMembers: true) {}
        #expect(board.reserve(other) == nil && board.begin(other))
        #expect((0..<6).map { _ in board.confirmFully(hidden) } == [true, true, true, false, false, false])
        #expect(hungUp.withLock { $0 } == 1)
        #expect(board.confirmFully(other))
    }

    @Test("while it cannot be read what lies above a launch, nobody in it gets anything")
    func doubtful() async throws {
        let kit = try await TestVault(uid: geteuid())
        try await kit.mustAddServer("notes", Self.conditions)
        let board = LaunchBoard(kit.vault)
        let ends = Ends()
        let launch = Launch(try Self.membership(1), launcher: try ends.seen(), admitsMembers: true) {}
        #expect(board.reserve(launch) == nil && board.begin(launch))
        var check = PeerCheck(try ends.seen(), vault: kit.vault, launches: board)
        func expect(known: Bool) throws {
            let (peer, standing) = try check.look()
            #expect((peer.wayUp == .known) == known && (peer.launch != nil) == known)
            #expect((standing == .known) == known)
        }
        try expect(known: true)
        #expect(launch.mayStayInDoubt())
        for _ in 0..<2 { try expect(known: false) }
        launch.foundAlone(at: board.generation(of: geteuid()))
        try expect(known: true)
    }

    @Test("whoever it cannot be read of belongs to nothing, and it is looked for again at each request")
    func unread() async throws {
        let kit = try await TestVault(uid: geteuid())
        try await kit.mustAddServer("notes", Self.conditions)
        let board = LaunchBoard(kit.vault)
        let ends = Ends()
        let launch = Launch(try Self.membership(1), launcher: try ends.seen(), admitsMembers: true) {}
        var check = PeerCheck(try ends.hidden(), vault: kit.vault, launches: board)
        let alone = try check.look().peer
        #expect(alone.wayUp == .known, "there is no launch")
        #expect(board.reserve(launch) == nil && board.begin(launch))
        for _ in 0..<3 {
            let (peer, standing) = try check.look()
            #expect(peer.wayUp == .unknown && peer.launch == nil && standing != .known)
        }
        board.end(launch, .closed)
        let again = try check.look().peer
        #expect(again.wayUp == .known)
    }

    @Test("a user's search is not repeated for the launches of others, and none of them takes the last place")
    func others() async throws {
        let board = LaunchBoard(try await TestVault().vault)
        let launch = Launch(try Self.membership(1), launcher: try Ends().seen(), admitsMembers: true) {}
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

    private static func membership(_ number: UInt64) throws -> LaunchMembership {
        LaunchMembership(
            id: LaunchID(random: RecordID(high: 1, low: number)),
            server: try ServerName("notes"),
            conditions: conditions,
            part: .launcher
        )
    }

    /// Both ends of a connection within this process.
    private final class Ends {
        private var ends: [Int32] = [-1, -1]

        init() {
            let result = unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
            #expect(result == 0)
        }

        deinit { for end in ends { close(end) } }

        /// This process as any other.
        func seen() throws -> AttestedPeer { try Attestor(options: AttestationOptions()).open(socket: ends[0]) }

        /// This process as where `/proc` shows nothing of it.
        func hidden() throws -> AttestedPeer {
            try Attestor(options: AttestationOptions(), identities: .ofThisProcess(), procIsTrustworthy: false)
                .open(socket: ends[0])
        }
    }

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
        var command = [
            "curl", "-s", "-w", "\n%{http_code}", "--unix-socket", server.clientSocket, "http://warder" + path,
        ]
        if let body { command += ["-H", "Content-Type: application/json", "-d", body] }
        let process = process(command, below: processesBetween)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard let end = text.lastIndex(of: "\n") else { return (0, []) }
        return (Int(text[end...].dropFirst()) ?? 0, Array(text[..<end].utf8))
    }

    /// A command so many processes below this one.
    private static func process(_ command: [String], below processesBetween: Int) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        let descend = #"if [ "$0" -gt 0 ]; then n=$(($0 - 1)); sh -c "$D" "$n" "$@"; exit; fi; "$@"; exit"#
        process.arguments = ["-c", descend, String(processesBetween)] + command
        process.environment = ProcessInfo.processInfo.environment.merging(["D": descend]) { $1 }
        return process
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
        private let process: Process
        private let output = Pipe()

        init(_ server: TestServer, processesBetween: Int) throws {
            let command = ["python3", "-c", Self.script, server.clientSocket]
            process = LaunchRouteTests.process(command, below: processesBetween)
            process.standardOutput = output
            try process.run()
        }

        /// The next line, which may come in pieces.
        func line() -> String {
            var line: [UInt8] = []
            while line.last != UInt8(ascii: "\n") {
                let piece = output.fileHandleForReading.availableData
                if piece.isEmpty { break }
                line += piece
            }
            return String(decoding: line, as: UTF8.self).trimmingCharacters(in: .newlines)
        }

        func end() {
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
            process.waitUntilExit()
        }
    }

    private static func eventually(_ condition: () throws -> Bool) async throws {
        for _ in 0..<12_000 {
            if try condition() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("it never came true")
    }
}
