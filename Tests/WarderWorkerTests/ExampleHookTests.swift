import Foundation
import Glibc
import Testing
import WarderWire

/// The example's hook against the example's upstream.
@Suite("The example hook")
struct ExampleHookTests {
    private let workshop: Workshop
    private var tokenFile: String { workshop.file("token") }

    init() throws { workshop = try Workshop() }

    private func prepare(url: String, lacking: String? = nil) throws {
        let hook = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Examples/rotation-hook/notes-key")
        try workshop.write(String(contentsOf: hook, encoding: .utf8), to: "hook", mode: 0o755)
        var variables = ["NOTES_TOKEN_FILE": tokenFile, "NOTES_URL": url]
        if let lacking { variables.removeValue(forKey: lacking) }
        let list = variables.map { "\($0.key): '\($0.value)'" }.joined(separator: ", ")
        try workshop.configure("  hooks:\n    h: {program: \(workshop.file("hook")), environment: {\(list)}}")
    }

    /// As the daemon asks: a candidate is there from `set` on.
    private func run(_ step: JobStep, current: String? = "key-1", candidate: String = "key-2") throws -> JobResult {
        let made = step == .preflight || step == .create ? nil : ["value": candidate]
        let job = try Job.sample(step, current: current.map { ["value": $0] }, candidate: made)
        return try StepProcess.run(job, in: workshop)
    }

    @Test("a whole rotation, each step twice, and the way back")
    func rotation() throws {
        try workshop.write("key-1\n", to: "token")
        let upstream = Process()
        let output = Pipe()
        upstream.executableURL = URL(fileURLWithPath: Program.path("example-notes-upstream"))
        upstream.arguments = ["0", tokenFile]
        upstream.standardOutput = output
        try upstream.run()
        defer {
            kill(upstream.processIdentifier, SIGKILL)
            upstream.waitUntilExit()
        }
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        try prepare(url: String(line.dropLast()))
        let preflight = try run(.preflight)
        #expect(preflight.outcome == .done, "\(preflight.message ?? "") \(preflight.stderr ?? "")")
        #expect(preflight.overlaps == false && preflight.makes == .vault)
        #expect(try run(.test).message == "the service answered 401 to the new key")
        for step in [JobStep.create, .create, .set, .set, .test, .test, .retire, .retire] {
            let result = try run(step)
            #expect(result.outcome == .done, "\(step): \(result.message ?? "") \(result.stderr ?? "")")
        }
        #expect(workshop.text("token") == "key-2\n")
        #expect(try run(.preflight).outcome == .done)
        for _ in 0..<2 {
            #expect(try run(.discard).outcome == .done)
            #expect(workshop.text("token") == "key-1\n")
        }
    }

    @Test("what a person must mend is said")
    func faults() throws {
        try prepare(url: "http://127.0.0.1:9", lacking: "NOTES_TOKEN_FILE")
        let result = try run(.preflight)
        #expect(result.outcome == .failed && result.retry == false)
        #expect(result.message == "the entry of this hook lacks NOTES_TOKEN_FILE in its environment")
        try prepare(url: "http://127.0.0.1:9")
        #expect(try run(.test).message?.contains("cannot be reached") == true)
    }
}
