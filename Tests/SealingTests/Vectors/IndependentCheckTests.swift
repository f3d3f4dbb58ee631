import Foundation
import Testing

/// The vectors, opened by programs that were written from docs/formats alone and share no code with the sources.
///
/// They need Python 3; a machine without it fails here, so that the check is never skipped unseen.
@Suite struct IndependentCheckTests {
    private static let vectors = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Vectors")

    private func run(_ script: URL) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-B", script.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    /// Copies a folder, alters one file in it, and runs its program.
    private func runAltered(_ folder: String, _ file: String, _ alter: (String) -> String) throws -> Int32 {
        let copy = URL.temporaryDirectory.appending(path: "warder-check-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: Self.vectors.appending(path: folder), to: copy)
        defer { try? FileManager.default.removeItem(at: copy) }
        let url = copy.appending(path: file)
        let text = try String(contentsOf: url, encoding: .utf8)
        let altered = alter(text)
        #expect(altered != text)
        try Data(altered.utf8).write(to: url)
        return try run(copy.appending(path: "check.py")).status
    }

    @Test func `the documents of the sealed formats suffice to open every vector`() throws {
        let (status, output) = try run(Self.vectors.appending(path: "sealing-v1/check.py"))
        #expect(status == 0, "\(output)")
        for file in ["sealed-record", "sealed-value", "event", "keyring", "key-slot", "vault"] {
            #expect(output.contains("\(file): "), "\(output)")
        }
    }

    @Test func `the document of events suffices to write every event again`() throws {
        let (status, output) = try run(Self.vectors.appending(path: "event-v1/check.py"))
        #expect(status == 0, "\(output)")
        for file in ["events", "inbox"] { #expect(output.contains("\(file): "), "\(output)") }
    }

    @Test func `the programs notice a vector that is not what it says`() throws {
        let opens = #""expect" : "opens""#
        let tampered = #""expect" : "tampered""#
        for file in ["sealed-record", "sealed-value", "event", "keyring", "key-slot"] {
            let status = try runAltered("sealing-v1", "\(file).json") { text in
                text.replacing(opens, with: tampered, maxReplacements: 1)
            }
            #expect(status == 1, "\(file): an outcome")
        }
        #expect(
            try runAltered("sealing-v1", "rings.json") { $0.replacing(#""epoch" : 1,"#, with: #""epoch" : 9,"#) } == 1
        )
        #expect(try runAltered("event-v1", "events.json") { $0.replacing(#"\"seq\":1,"#, with: #"\"seq\":2,"#) } == 1)
        #expect(try runAltered("event-v1", "inbox.json") { $0.replacing("wrong_key", with: "sealed") } == 1)
    }
}
