import Foundation
import WarderClient

/// An MCP server over stdio with one tool, which resolves its credential at the moment it is called.
///
/// What belongs to the vault is in NotesTool.swift; the rest is the part of MCP that an SDK would otherwise do.
@main
struct NotesServer {
    /// Messages that are worked on at the same time; reading waits for one of them to end.
    static let concurrentMessages = 8

    static func main() async {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, arguments[1] == "--upstream", let upstream = URL(string: arguments[2]) else {
            stop("usage: example-notes-server --upstream http://127.0.0.1:PORT", status: 2)
        }
        do {
            // Connects when the tool is first called: the host starts its servers whether the vault is there or not.
            let warder = try WarderClient()
            try await serve(Messages(tool: NotesTool(warder: warder, upstream: upstream)))
            await warder.close()
        } catch {
            stop("example-notes-server: \(error)", status: 1)
        }
    }

    /// Answers messages from standard input until it ends, and then waits for the answers that are still due.
    private static func serve(_ messages: Messages) async throws {
        var input = InputLines()
        let output = OutputLines()
        try await withThrowingTaskGroup(of: Void.self) { group in
            var running = 0
            while let line = try await input.next() {
                if running == concurrentMessages {
                    try await group.next()
                    running -= 1
                }
                running += 1
                group.addTask {
                    if let answer = await messages.answer(to: line) { try await output.write(answer) }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func stop(_ message: String, status: Int32) -> Never {
        FileHandle.standardError.write(Data((message + "\n").utf8))
        exit(status)
    }
}
