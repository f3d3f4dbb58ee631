import Foundation
import Testing

@testable import WarderCommands

@Suite("Transcripts")
struct TranscriptTests {
    @Test("there are transcripts") func transcriptsExist() {
        #expect(Transcript.names.count >= 10)
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
