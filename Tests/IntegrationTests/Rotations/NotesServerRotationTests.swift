import Foundation
import Glibc
import Locking
import Testing

/// The example's MCP server, its upstream, and the example's hook, which rotates the key between them.
@Suite("The example server while its key is rotated")
struct NotesServerRotationTests {
    private static let rotations = 5

    @Test("it answers every call, without a restart, and uses the new key in its next one")
    func rotation() throws {
        let vault = try VaultProcess(profile: "single-user", settings: VaultProcess.withoutRateLimit)
        let notes = try NotesService(in: vault.directory)
        try vault.addSetting("worker_user: root\nworker:\n" + notes.configuration)
        try vault.start()
        try vault.initialise()
        let worker = try WorkerProcess(vault)
        defer { worker.kill() }
        for (path, body) in [
            ("/v1/servers", #"{"name":"notes","selectors":{"uid":0}}"#),
            ("/v1/tools", #"{"name":"notes/create_note","risk":"side-effect"}"#),
        ] {
            try vault.ask("POST", path, body, expecting: 201)
        }
        try vault.ask("PUT", "/v1/secrets/notes/api-key", #"{"fields":{"value":"first-key"}}"#, expecting: 201)
        let grant = #"{"tool":"notes/create_note","secret":"notes/api-key","approval":"none"}"#
        try vault.ask("POST", "/v1/grants", grant, expecting: 201)
        let limit = #"{"server":"notes","risk":"side-effect","limit":"off"}"#
        try vault.ask("PUT", "/v1/limits", limit, expecting: 200)
        try vault.ask("PUT", "/v1/rotations/notes/api-key", #"{"rotator":"exec:notes-key"}"#, expecting: 200)

        let server = try NotesServerProcess(upstream: notes.url, socket: vault.clientSocket)
        let calls = Calls(server)
        try calls.waitForMore()
        for round in 0..<Self.rotations {
            try vault.ask("POST", "/v1/rotate/notes/api-key", "{}", expecting: 200)
            let view = try waiting(for: "the end of the rotation") { () throws -> RotationView? in
                let view = try RotationView(vault, "notes/api-key")
                if view.waits == "time" || view.waits == "person" { throw Stuck(description: view.text) }
                return view.ended ? view : nil
            }
            #expect(view.phase == "retired" && view.current == round + 2, "\(view.text)")
            try calls.waitForMore()
            // The service knows one key alone, and this call was answered: with the new one.
            let last = try #require(try vault.events("type=secret.resolve&secret=notes/api-key").last)
            #expect(last["version"] as? Int == round + 2)
        }
        let answers = calls.end()
        print("calls answered through \(Self.rotations) rotations: \(answers.count)")
        #expect(answers.count > Self.rotations * 2)
        #expect(answers.allSatisfy { $0 == "The note is stored." }, "\(Set(answers))")
        #expect(server.isRunning)
    }

    /// Calls one after the other, until told to end.
    private final class Calls: Sendable {
        private struct State {
            var answers: [String] = []
            var isOver = false
        }

        private let state = Locked(State())
        private let done = DispatchGroup()

        init(_ server: NotesServerProcess) {
            let (state, done) = (state, done)
            done.enter()
            let thread = Thread {
                while !state.withLock({ $0.isOver }) {
                    let answer = (try? server.call()) ?? "no answer"
                    state.withLock { $0.answers.append(answer) }
                    if answer == "no answer" { break }
                }
                done.leave()
            }
            thread.start()
        }

        /// Waits until a call has been made and answered that begins now.
        func waitForMore() throws {
            let before = state.withLock { $0.answers.count }
            _ = try waiting(for: "calls to be answered") {
                state.withLock { $0.answers.count > before + 1 } ? true : nil
            }
        }

        func end() -> [String] {
            state.withLock { $0.isOver = true }
            done.wait()
            return state.withLock { $0.answers }
        }
    }
}

/// The example's server on its standard streams.
// Unchecked: one thread calls it.
private final class NotesServerProcess: @unchecked Sendable {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var buffer: [UInt8] = []

    init(upstream: String, socket: String) throws {
        process.executableURL = URL(fileURLWithPath: Programs.path("example-notes-server"))
        process.arguments = ["--upstream", upstream]
        process.environment = ["WARDER_SOCKET": socket]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    var isRunning: Bool { process.isRunning }

    /// Calls the tool, and gives back what it says.
    func call() throws -> String {
        let message =
            #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"create_note","arguments":{"text":"hello"}}}"#
        try input.fileHandleForWriting.write(contentsOf: Data((message + "\n").utf8))
        while !buffer.contains(0x0A) {
            let piece = output.fileHandleForReading.availableData
            guard !piece.isEmpty else { throw Stuck(description: "the server has ended") }
            buffer += piece
        }
        let end = buffer.firstIndex(of: 0x0A) ?? 0
        let line = Data(buffer[..<end])
        buffer.removeFirst(end + 1)
        let answer = try JSONSerialization.jsonObject(with: line) as? [String: Any]
        let result = answer?["result"] as? [String: Any]
        let content = result?["content"] as? [[String: Any]]
        return content?.first?["text"] as? String ?? String(decoding: line, as: UTF8.self)
    }
}
