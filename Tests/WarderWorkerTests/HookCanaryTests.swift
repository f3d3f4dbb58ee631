import Foundation
import Glibc
import Testing
import WarderWire

@testable import WarderWorker

/// Values of a job are nowhere but on the hook's standard input.
@Suite("Canaries in hooks")
struct HookCanaryTests {
    private static let current = "canary-current-7f3a"
    private static let candidate = "canary/candidate+\"5e1c\""
    private static let helper = "canary helper 90d2"

    private func job(_ step: JobStep) throws -> Job {
        try .sample(
            step,
            current: ["password": Self.current],
            candidate: ["password": Self.candidate],
            helper: ["password": Self.helper]
        )
    }

    private static func holdsCanary(_ text: String) -> Bool { text.contains("canary") }

    @Test("no argument and no environment of any process has one while a hook runs")
    func arguments() async throws {
        let workshop = try Workshop()
        try workshop.hook(
            "echo $$ > \(workshop.file("pid")); while [ ! -e \(workshop.file("go")) ]; do sleep 0.05; done; echo '{\"outcome\":\"done\"}'"
        )
        let step = try StepProcess(job(.set), configuration: workshop.configuration)
        let hook = try #require(Int32(try await workshop.written("pid").dropLast()))
        for pid in [step.pid, hook] + Processes.children(of: hook) {
            for file in ["cmdline", "environ"] {
                guard let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/\(file)") else { continue }
                #expect(!Self.holdsCanary(String(decoding: bytes, as: UTF8.self)), "\(file) of \(pid)")
            }
        }
        try workshop.write("", to: "go")
        #expect(try step.result().outcome == .done)
    }

    @Test("what a hook shows of its job reaches people redacted, however it spells it")
    func errors() throws {
        let workshop = try Workshop()
        let python = """
            #!/usr/bin/python3
            import base64, json, sys, urllib.parse
            job = json.load(sys.stdin)
            values = [job[name]['fields']['password'] for name in ('current', 'candidate', 'helper')]
            for value in values:
                raw = value.encode()
                for text in [value, repr(value), raw.hex(), base64.b64encode(raw).decode(), urllib.parse.quote(value, ''),
                             base64.b64encode(b'user:' + raw).decode(), json.dumps(value)]:
                    print('seen', text, file=sys.stderr)
                sys.stderr.write(value[:9]); sys.stderr.flush(); sys.stderr.write(value[9:] + chr(10)); sys.stderr.flush()
            print(json.dumps({'outcome': 'failed', 'message': 'cannot use ' + ' '.join(values) + chr(27) + '[2J'}))
            """
        let path = try workshop.write(python, to: "hook", mode: 0o755)
        try workshop.configure("  hooks:\n    h: {program: \(path)}")
        let result = try StepProcess.run(job(.set), in: workshop)
        #expect(result.message == "cannot use [redacted] [redacted] [redacted]\\u{1b}[2J")
        let stderr = try #require(result.stderr)
        #expect(stderr.contains("seen [redacted]"))
        for secret in [Self.current, Self.candidate, Self.helper] {
            for part in [
                secret, Data(secret.utf8).base64EncodedString(),
                Data(secret.utf8).map { String(format: "%02x", $0) }.joined(),
            ] {
                #expect(!stderr.contains(part) && !stderr.contains(part.dropFirst(5)))
            }
        }
        #expect(!Self.holdsCanary(stderr))
    }

    @Test("a value that the upstream made is redacted like those of the job")
    func made() throws {
        let workshop = try Workshop()
        try workshop.hook(
            """
            echo 'made fresh-value-31' >&2
            echo '{"outcome":"done","fields":{"key":"fresh-value-31"},"message":"made fresh-value-31"}'
            """
        )
        let result = try StepProcess.run(job(.create), in: workshop)
        #expect(result.stderr == "made [redacted]\n")
        #expect(result.message == "made [redacted]")
        #expect(result.fields.texts == ["key": "fresh-value-31"])
    }

    @Test("a hook that was ended in the middle of a value shows no part of it")
    func halfWritten() throws {
        let workshop = try Workshop()
        try workshop.hook("printf 'trying %.12s' '\(Self.current)' >&2; sleep 60")
        let result = try StepProcess.run(.sample(.set, timeout: 1, current: ["password": Self.current]), in: workshop)
        #expect(result.stderr == "trying [redacted]")
    }

    @Test("a crash of the hook leaves no core file, and one of its job's process neither a core file nor the hook")
    func core() async throws {
        let workshop = try Workshop()
        try workshop.hook("ulimit -c unlimited 2> /dev/null; ulimit -c > \(workshop.file("limit")); kill -SEGV $$")
        #expect(try StepProcess.run(job(.set), in: workshop).outcome == .unknown)
        #expect(workshop.text("limit") == "0\n")
        try workshop.hook("echo $$ > \(workshop.file("pid")); exec sleep 60")
        let step = try StepProcess(job(.set), configuration: workshop.configuration)
        let hook = try #require(Int32(try await workshop.written("pid").dropLast()))
        let limits = try String(contentsOfFile: "/proc/\(step.pid)/limits", encoding: .utf8)
        let core = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }
        #expect(core?.split(separator: " ").suffix(3) == ["0", "0", "bytes"])
        kill(step.pid, SIGSEGV)
        step.process.waitUntilExit()
        #expect(step.process.terminationReason == .uncaughtSignal)
        let isGone = try await Processes.ended(hook)
        #expect(isGone)
    }
}
