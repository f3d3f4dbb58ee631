import Foundation
import Glibc

/// A recorded conversation: what was typed, what the vault was asked and answered, what came out.
///
/// A file is a sequence of runs. Each consists of sections that begin with a line `== NAME`:
///
/// - `vault METHOD TARGET STATUS`: an expected request, and below it the answer's body; `{sent BODY}` as its first line
///   states the request's body;
/// - `terminal COLUMNS`: standard output is a terminal; `typed`: answers to questions, one a line; `stdin`: standard
///   input;
/// - `run ARGUMENTS`: the command line, split at spaces, with double quotes around what holds some;
/// - `exit STATUS`, `stdout`, `stderr`, `asked`: what is expected. Left out means empty, and 0. A line that ends in `\`
///   and is the last one of its section has no line break.
///
/// Lines before the first section are comments. `{socket}` stands for the path of the operator socket, `{uid}` for the
/// user who runs the tests.
struct Transcript: Sendable, CustomStringConvertible {
    struct Exchange: Sendable {
        var request: String
        var status: Int
        var sent: String?
        var answer: String
    }

    struct Run: Sendable {
        var exchanges: [Exchange] = []
        var arguments: [String] = []
        var width: Int?
        var typed: [String]?
        var standardInput = ""
        var status: Int32 = 0
        var output = ""
        var errors = ""
        var asked = ""
    }

    let name: String
    let runs: [Run]

    var description: String { name }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Transcripts")

    /// Names of all files; the test that reads them fails where there are none.
    static let names: [String] =
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".txt") }.sorted()

    init(named name: String) throws {
        self.name = name
        let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
            .replacingOccurrences(of: "{uid}", with: String(geteuid()))
        var runs: [Run] = []
        var pending = Run()
        var hasExpectation = false
        for section in text.components(separatedBy: "\n== ").dropFirst() {
            let lines = section.components(separatedBy: "\n")
            let words = lines[0].split(separator: " ").map(String.init)
            var body = lines.dropFirst().joined(separator: "\n")
            if !body.isEmpty, !body.hasSuffix("\n") { body += "\n" }
            let isExpectation = ["exit", "stdout", "stderr", "asked"].contains(words[0])
            // Empty lines separate runs; no command's output ends with one.
            while isExpectation, body.hasSuffix("\n\n") || body == "\n" { body.removeLast() }
            if hasExpectation, !isExpectation {
                runs.append(pending)
                pending = Run()
                hasExpectation = false
            }
            if isExpectation { hasExpectation = true }
            switch words[0] {
            case "vault":
                var answer = body
                var sent: String?
                if body.hasPrefix("{sent "), let end = body.firstIndex(of: "\n") {
                    sent = String(body[..<end].dropFirst(6).dropLast())
                    answer = String(body[body.index(after: end)...])
                }
                pending.exchanges.append(
                    Exchange(
                        request: "\(words[1]) \(words[2])",
                        status: Int(words[3]) ?? 0,
                        sent: sent,
                        answer: answer
                    )
                )
            case "terminal": pending.width = Int(words[1])
            case "typed":
                pending.typed = body.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                    .dropLast()
            case "stdin": pending.standardInput = body
            case "run": pending.arguments = Self.split(String(lines[0].dropFirst(4)))
            case "exit": pending.status = Int32(words[1]) ?? -1
            case "stdout": pending.output = body.hasSuffix("\\\n") ? String(body.dropLast(2)) : body
            case "stderr": pending.errors = body
            case "asked": pending.asked = body
            default: throw CocoaError(.fileReadCorruptFile)
            }
        }
        runs.append(pending)
        self.runs = runs
    }

    private static func split(_ line: String) -> [String] {
        var words: [String] = []
        for (index, part) in line.components(separatedBy: "\"").enumerated() {
            words += index % 2 == 1 ? [part] : part.split(separator: " ").map(String.init)
        }
        return words
    }
}
