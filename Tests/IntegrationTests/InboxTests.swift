import Foundation
import Glibc
import Testing

/// `warder approval inbox` on a terminal, against a daemon that comes and goes.
@Suite("Inbox", .serialized)
struct InboxTests {
    /// An inbox on a terminal of its own. What it shows goes into one file, and what it says on standard error into another.
    private final class Inbox {
        private let process = Process()
        private let keys = Pipe()
        private let screen: URL
        private let messages: URL

        /// `uid`: another user than this one, in the group of the operator socket.
        init(_ vault: VaultProcess, uid: UInt32 = 0) throws {
            screen = URL(fileURLWithPath: vault.directory + "/screen.txt")
            messages = URL(fileURLWithPath: vault.directory + "/said.txt")
            for file in [screen, messages] { try Data().write(to: file) }
            let command =
                "stty cols 120 rows 30; exec setpriv --reuid=\(uid) --regid=0 --clear-groups \(Programs.path("warder")) "
                + "approval inbox --socket \(vault.operatorSocket) 2> \(messages.path)"
            process.executableURL = URL(fileURLWithPath: "/usr/bin/script")
            process.arguments = ["--quiet", "--return", "--flush", "--command", command, "/dev/null"]
            process.environment = ["PATH": "/usr/bin:/bin", "TERM": "dumb", "SHELL": "/bin/sh"]
            process.standardInput = keys
            process.standardOutput = try FileHandle(forWritingTo: screen)
            process.standardError = FileHandle.nullDevice
            try process.run()
        }

        deinit {
            guard process.isRunning else { return }
            Glibc.kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }

        var isRunning: Bool { process.isRunning }

        func press(_ key: String) { keys.fileHandleForWriting.write(Data(key.utf8)) }

        /// How often something stood on the screen.
        func shown(_ text: String) throws -> Int {
            try String(decoding: Data(contentsOf: screen), as: UTF8.self).ranges(of: text).count
        }

        func said() throws -> String { try String(contentsOf: messages, encoding: .utf8) }

        /// Waits until a condition holds, two minutes at most.
        func wait(_ condition: () throws -> Bool) throws -> Bool {
            let deadline = ContinuousClock.now + .seconds(120)
            while try !condition(), ContinuousClock.now < deadline { usleep(20_000) }
            return try condition()
        }

        /// What it ended with, after that.
        func end() throws -> Int32? {
            guard try wait({ !process.isRunning }) else { return nil }
            return process.terminationStatus
        }
    }

    private static let pending = "Calls that wait for an approval: "

    /// A vault in which one call waits for somebody's yes.
    private static func vault() throws -> VaultProcess {
        let vault = try VaultProcess(profile: "single-user", settings: "operator_group: root")
        try vault.start()
        try vault.initialise()
        try vault.furnish(uid: 0)
        try vault.ask("POST", "/v1/tools", #"{"name":"github/drop","risk":"critical"}"#, expecting: 201)
        try vault.ask("POST", "/v1/grants", #"{"tool":"github/drop","secret":"github/pat"}"#, expecting: 201)
        let asked = try vault.client().request("POST", "/v1/tokens", body: #"{"tool":"github/drop"}"#)
        #expect(asked.status == 202, "\(asked.body)")
        return vault
    }

    @Test("an inbox goes on over a restart, a crash and sealing, says so, and shows what still waits")
    func comesBack() throws {
        let vault = try Self.vault()
        defer { vault.remove() }
        let inbox = try Inbox(vault)
        #expect(try inbox.wait { try inbox.shown(Self.pending + "1") > 0 })
        let departures: [() -> Void] = [{ _ = vault.stop() }, { vault.kill() }]
        let sealed = "the vault is sealed; waiting for it"
        // How it goes away is said in one line or in two: a poll may meet it while it shuts down.
        func said(_ text: String) throws -> Int { try inbox.said().ranges(of: text).count }
        for goAway in departures {
            let (waits, seals) = (try said("; waiting for it"), try said(sealed))
            goAway()
            #expect(try inbox.wait { try said("; waiting for it") > waits })
            try vault.start()
            #expect(try inbox.wait { try said(sealed) > seals })
            let before = try inbox.shown(Self.pending + "1")
            let answers = try said("the vault answers again")
            try vault.unseal()
            #expect(try inbox.wait { try said("the vault answers again") > answers })
            #expect(try inbox.wait { try inbox.shown(Self.pending + "1") > before })
        }
        let seals = try said(sealed)
        try vault.ask("POST", "/v1/sys/seal", expecting: 200)
        #expect(try inbox.wait { try said(sealed) > seals })
        // What ends meanwhile is not there any more.
        let answers = try said("the vault answers again")
        try vault.unseal()
        #expect(try inbox.wait { try said("the vault answers again") > answers })
        let listed = try vault.ask("GET", "/v1/approvals").json["approvals"] as? [[String: Any]]
        let approval = try #require(listed?.first?["approval"] as? String)
        try vault.ask("POST", "/v1/approvals/\(approval)/deny", #"{"reason":"nobody asked for it"}"#, expecting: 200)
        #expect(try inbox.wait { try inbox.shown(Self.pending + "0") > 0 })
        #expect(inbox.isRunning)
        inbox.press("q")
        #expect(try inbox.end() == 0)
    }

    @Test("a refusal ends it, and so does a vault that was never there")
    func ends() throws {
        let vault = try Self.vault()
        defer { vault.remove() }
        let body = #"{"name":"grace","uid":\#(Stranger.uid),"roles":["approver"]}"#
        try vault.ask("POST", "/v1/operators", body, expecting: 201)
        let inbox = try Inbox(vault, uid: Stranger.uid)
        #expect(try inbox.wait { try inbox.shown(Self.pending + "1") > 0 })
        #expect([200, 204].contains(try vault.ask("DELETE", "/v1/operators/grace").status))
        #expect(try inbox.end() == 5)
        #expect(try !inbox.said().contains("waiting for it"))
        #expect(vault.stop() == 0)
        #expect(try Inbox(vault).end() == 8)
    }
}
