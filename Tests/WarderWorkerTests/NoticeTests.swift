import Foundation
import Glibc
import StrictJSON
import Testing
import WarderWire

@testable import WarderWorker

/// The program that tells people, run by the process of a job as the worker starts it.
@Suite("Notices")
struct NoticeTests {
    private let workshop: Workshop

    init() throws { workshop = try Workshop() }

    private static let notice = NoticeJob.Notice(
        id: "rotation_waits.0123.456",
        kind: "rotation_waits",
        time: "2027-01-31T12:00:00.000Z",
        text: "The rotation of app/db waits for a person (test).",
        facts: ["secret": "app/db", "message": "said \"no\"\\ and $(reboot)"]
    )

    private func run(timeout: Int = 20) throws -> JobResult {
        let job = NoticeJob(id: "n1", timeout: JobSeconds(timeout), notice: Self.notice)
        return try StepProcess(.notice(job), configuration: workshop.configuration).result()
    }

    private func program(_ script: String, settings: String = "") throws {
        let path = try workshop.write("#!/bin/sh\n\(script)\n", to: "notify", mode: 0o755)
        try workshop.write("notices:\n  program: \(path)\n\(settings)", to: "warder.yaml")
    }

    @Test("the program gets the notice and nothing else, and its end says whether somebody was told")
    func told() throws {
        try program(
            "cat > \(workshop.file("got")); echo \"$@\" > \(workshop.file("words")); env > \(workshop.file("env"))"
        )
        let result = try run()
        #expect(result.outcome == .done)
        let got = try #require(workshop.text("got"))
        let decoded = try JSONSerialization.jsonObject(with: Data(got.utf8)) as? [String: Any]
        #expect(decoded?["id"] as? String == Self.notice.id)
        #expect(decoded?["kind"] as? String == "rotation_waits")
        #expect(decoded?["time"] as? String == Self.notice.time)
        #expect(decoded?["text"] as? String == Self.notice.text)
        #expect(decoded?["facts"] as? [String: String] == Self.notice.facts)
        #expect(decoded?.count == 5)
        #expect(workshop.text("words") == "\n")
        #expect(workshop.text("env")?.contains("app/db") == false)
    }

    @Test("what the program writes to standard output is nothing to anybody")
    func output() throws {
        try program("echo told; echo and heard >&2")
        let result = try run()
        #expect(result.outcome == .done)
        #expect(result.message == nil)
        #expect(result.stderr == "and heard\n")
    }

    @Test("one that fails is to be tried again, and one that hangs is ended")
    func fails() throws {
        try program("exit 3")
        #expect(try run().outcome == .failed)
        #expect(try run().message == "the hook exited with status 3")
        #expect(try run().retry == true)
        try program("sleep 300", settings: "  timeout: 1s\n")
        let began = ContinuousClock.now
        #expect(try run().message == "the hook did not end within 1 s and was ended")
        #expect(ContinuousClock.now - began < .seconds(15))
    }

    @Test("without a program, and with one that others can change, a person has to act")
    func missing() throws {
        try workshop.write("notices:\n  timeout: 5s\n", to: "warder.yaml")
        let none = try run()
        #expect(none.outcome == .failed)
        #expect(none.message == "the configuration has neither notices.program nor notices.webhook")
        #expect(none.retry == false)
        try program("exit 0")
        #expect(unsafe chmod(workshop.file("notify"), 0o777) == 0)
        #expect(try run().message?.hasPrefix("the hook is not run: ") == true)
        #expect(try run().retry == false)
    }

    @Test("another program than the pinned one is not run")
    func pinned() throws {
        try program("touch \(workshop.file("ran"))", settings: "  sha256: \(String(repeating: "00", count: 32))\n")
        #expect(try run().message?.contains("SHA-256") == true)
        #expect(workshop.text("ran") == nil)
    }
}
