import Foundation
import Testing

@testable import WarderCommands

@Suite("Transcripts")
struct TranscriptTests {
    @Test("there are transcripts") func transcriptsExist() {
        #expect(Transcript.names.count >= 10)
    }

    @Test("what a page shows of a command is what a transcript states", arguments: ["alerts.md", "limits.md"])
    func page(_ name: String) throws {
        let file = Transcript.folder.appending(path: "../../../docs/operations/\(name)")
        let blocks = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n```")
            .filter { $0.hasPrefix("\n$ ") }
        #expect(!blocks.isEmpty)
        let runs = try Transcript.names.flatMap { try Transcript(named: $0).runs }
            .map { "\n$ warder \($0.arguments.joined(separator: " "))\n\($0.output)" }
        for block in blocks { #expect(runs.contains(block + "\n"), "\(block)") }
    }

    @Test("a command says and does what its transcript states", arguments: Transcript.names)
    func transcript(_ name: String) throws {
        for run in try Transcript(named: name).runs {
            let stub = try StubVault(run.exchanges.map { .json($0.request, $0.status, $0.answer) })
            defer { stub.stop() }
            let result = try CommandRun(
                run.arguments,
                socket: stub.path,
                standardInput: Array(run.standardInput.utf8),
                typed: run.typed,
                width: run.width
            )
            let title = run.arguments.joined(separator: " ")
            func shown(_ text: String) -> String { text.replacingOccurrences(of: stub.path, with: "{socket}") }
            #expect(stub.surprises == [], "\(title)")
            for (request, exchange) in zip(stub.requests, run.exchanges) {
                if let sent = exchange.sent { #expect(request.body == sent, "\(title)") }
            }
            #expect(result.status.rawValue == run.status, "\(title)")
            #expect(shown(result.outputText) == run.output, "\(title)")
            #expect(shown(result.errors) == run.errors, "\(title)")
            #expect(result.questions.map { $0 + "\n" }.joined() == run.asked, "\(title)")
        }
    }
}
