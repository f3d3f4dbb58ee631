import Foundation
import Glibc
import Testing
import WarderWire

@testable import WarderWorker

/// Real programs, run by the real process of a job.
@Suite("Hooks")
struct HookTests {
    private let workshop: Workshop

    init() throws { workshop = try Workshop() }

    private func run(_ job: Job) throws -> JobResult { try StepProcess.run(job, in: workshop) }

    @Test("a hook gets the job on standard input, and its answer is the result")
    func answer() throws {
        try workshop.hook(
            """
            cat > \(workshop.file("job"))
            echo '{"outcome":"done","fields":{"key":"new-value-77"},"handle":"key 17","expires":"2027-01-31","message":"made key 17"}'
            """
        )
        let result = try run(.sample(.create, settings: ["scope": "repo"]))
        #expect(result.outcome == .done)
        #expect(result.fields.texts == ["key": "new-value-77"])
        #expect(result.handle == "key 17")
        #expect(result.expires == "2027-01-31")
        #expect(result.message == "made key 17")
        let job = try #require(workshop.text("job"))
        #expect(job.contains(#""step":"create""#) && job.contains(#""settings":{"scope":"repo"}"#))
        #expect(job.contains(#""candidate":{"version":8,"fields":{"password":"candidate-value-Z9"}}"#))
    }

    @Test("a hook finds a clean environment, the root as its directory, a session of its own, and no other descriptor")
    func surroundings() throws {
        let python = """
            #!/usr/bin/python3
            import json, os, sys
            me = {'environment': dict(os.environ), 'directory': os.getcwd(), 'session': os.getsid(0) == os.getpid(),
                  'umask': os.umask(0), 'descriptors': sorted(int(n) for n in os.listdir('/proc/self/fd'))[:-1],
                  'core': __import__('resource').getrlimit(__import__('resource').RLIMIT_CORE)[1]}
            json.dump(me, open('\(workshop.file("me"))', 'w'), sort_keys=True)
            print('{"outcome":"done"}')
            """
        let path = try workshop.write(python, to: "hook", mode: 0o755)
        try workshop.configure("  hooks:\n    h: {program: \(path), environment: {REGION: eu}}")
        let result = try StepProcess.run(.sample(.set), in: workshop, environment: ["WARDER_LEAK": "leaked"])
        #expect(result.outcome == .done, "\(result.message ?? "") \(result.stderr ?? "")")
        // The interpreter adds LC_CTYPE by itself.
        let me = try #require(workshop.text("me")).replacing(#""LC_CTYPE": "C.UTF-8", "#, with: "")
        #expect(
            me == """
                {"core": 0, "descriptors": [0, 1, 2, 3], "directory": "/", "environment": {"PATH": \
                "/usr/local/bin:/usr/bin:/bin", "REGION": "eu"}, "session": true, "umask": 63}
                """
        )
    }

    @Test("a hook that does not read its job gets on all the same")
    func doesNotRead() throws {
        try workshop.hook(#"exec <&-; echo '{"outcome":"done"}'"#)
        let large = String(repeating: "x", count: 900_000)
        #expect(try run(.sample(.set, candidate: ["password": large])).outcome == .done)
    }

    @Test(
        "a hook that hangs is ended with everything that it started, even when it takes no hint",
        arguments: ["", "trap '' TERM"]
    )
    func hangs(preparation: String) async throws {
        try workshop.hook(
            """
            \(preparation)
            sleep 300 & echo $! > \(workshop.file("child"))
            while :; do sleep 1; done
            """
        )
        let start = ContinuousClock.now
        let result = try run(.sample(.set, timeout: 1))
        #expect(ContinuousClock.now - start < .seconds(15))
        #expect(result.outcome == .unknown)
        #expect(result.retry == true)
        #expect(result.message == "the hook did not end within 1 s and was ended")
        let child = try #require(Int32(try await workshop.written("child").dropLast()))
        let isGone = try await Processes.ended(child)
        #expect(isGone)
    }

    @Test("an answer counts when its hook has ended, and not before")
    func answersAndHangs() throws {
        try workshop.hook(#"echo '{"outcome":"done"}'; sleep 60"#)
        #expect(try run(.sample(.set, timeout: 1)).outcome == .unknown)
        try workshop.hook(#"echo '{"outcome":"done"}'; exec >&- 2>&-; sleep 60"#)
        #expect(try run(.sample(.set, timeout: 1)).outcome == .unknown)
    }

    @Test("the shorter time counts: the job's, or the hook's own")
    func ownTimeout() throws {
        try workshop.hook("sleep 60", settings: "timeout: 1s")
        #expect(try run(.sample(.test, timeout: 50)).message == "the hook did not end within 1 s and was ended")
    }

    @Test("a step that changes nothing has failed when its end was not seen; the others may have done something")
    func outcomes() throws {
        try workshop.hook("exit 3")
        for step in JobStep.allCases {
            let result = try run(.sample(step))
            #expect(result.outcome == (step == .preflight || step == .test ? .failed : .unknown))
            #expect(result.message == "the hook exited with status 3")
            #expect(result.retry == true)
        }
    }

    @Test("a hook that floods its answer is ended")
    func floods() throws {
        try workshop.hook("exec yes")
        let result = try run(.sample(.set))
        #expect(result.outcome == .unknown)
        #expect(result.message == "the hook wrote more than 64 KiB and was ended")
    }

    @Test("of a flood of errors the end is kept, and the answer counts")
    func floodsErrors() throws {
        try workshop.hook(#"yes | head -c 20000000 >&2; echo 'the last word' >&2; echo '{"outcome":"done"}'"#)
        let result = try run(.sample(.set))
        #expect(result.outcome == .done)
        let stderr = try #require(result.stderr)
        #expect(stderr.utf8.count <= JobResult.maximumStderr && stderr.utf8.count > 4000)
        #expect(stderr.hasSuffix("y\nthe last word\n"))
    }

    @Test("what a hook writes while it fails to make a credential is withheld, and told in every other step")
    func withheldErrors() throws {
        try workshop.hook(#"echo 'made fresh-key-55, cannot store it' >&2; echo '{"outcome":"failed"}'"#)
        let creating = try run(.sample(.create))
        #expect(creating.outcome == .failed)
        #expect(creating.stderr?.contains("withheld") == true)
        #expect(creating.stderr?.contains("fresh-key-55") == false)
        #expect(try run(.sample(.test)).stderr == "made fresh-key-55, cannot store it\n")
    }

    @Test("a hook that a signal ends says which")
    func crashes() throws {
        try workshop.hook("kill -SEGV $$")
        #expect(try run(.sample(.set)).message == "the hook was ended by signal 11")
    }

    @Test(
        "what is no answer is refused",
        arguments: [
            "", "nonsense", "[]", "null", "{}", #"{"outcome":"done"} {"outcome":"done"}"#, #"{"outcome":"maybe"}"#,
            #"{"outcome":"done","outcome":"failed"}"#, #"{"outcome":"done","command":"rm"}"#,
            #"{"outcome":"done","stderr":"x"}"#, #"{"outcome":"done","fields":{"../x":"y"}}"#,
            #"{"outcome":"done","fields":{"a":{"b":1}}}"#, #"{"outcome":"done","message":1}"#,
            #"{"outcome":"done","overlaps":true}"#, "{\"outcome\":\"done\",\"message\":\"\u{1}\"}",
            #"{"outcome":"done","message":"\ud800"}"#, #"{"outcome":"done","a":[[[[[[[[[[[[]]]]]]]]]]]]}"#,
            #"{"outcome":"done",}"#, #"{"outcome":"DONE"}"#, #"{"outcome":"done","retry":"yes"}"#,
            #"{"outcome":"done","retry":1e999}"#, #"{"outcome":"done","fields":{"a":7}}"#,
            #"{"outcome":"done","fields_base64":{"a":"*"}}"#, #"{"outcome":"done","fields":{"a":"b"},"fields":{}}"#,
            "\u{FEFF}{\"outcome\":\"done\"}", "{\"outcome\":\"done\"}\u{0}", #"{"outcome":"done"}}"#,
            #"{"outcome":"done","message":"\#(String(repeating: "m", count: JobResult.maximumMessage + 1))"}"#,
            #"{"outcome":"done","handle":"\#(String(repeating: "h", count: 501))"}"#,
            "{\"outcome\":\"done\",\"fields\":{\((0...32).map { #""f\#($0)":"v""# }.joined(separator: ","))}}",
        ]
    )
    func hostileAnswers(answer: String) throws {
        try workshop.write(answer, to: "answer")
        try workshop.hook("cat \(workshop.file("answer"))")
        let result = try run(.sample(.create))
        #expect(result.outcome == .unknown)
        #expect(result.retry == false)
        #expect(result.message?.hasPrefix("the hook's answer makes no sense: ") == true)
    }

    @Test("an answer of bytes that are no text is refused")
    func bytes() throws {
        try workshop.hook(#"printf '{"outcome":"done","message":"\377"}'"#)
        #expect(try run(.sample(.create)).outcome == .unknown)
    }

    @Test(
        "an expiry date that is none is refused, and so is one of another step",
        arguments: [
            (JobStep.create, "soon"), (.create, "2027-02-30"), (.create, "1801396800"), (.create, ""),
            (.set, "2027-01-31"), (.preflight, "2027-01-31"),
        ]
    )
    func expiry(step: JobStep, text: String) throws {
        let rest = step == .preflight ? #""overlaps":true,"makes":"vault","# : ""
        try workshop.hook(#"echo '{"outcome":"done",\#(rest)"expires":"\#(text)"}'"#)
        let result = try StepProcess.run(.sample(step), in: workshop)
        #expect(result.outcome == step.outcomeWhenLost)
        #expect(result.message?.contains("`expires`") == true)
        #expect(result.retry == false)
    }

    @Test("fields belong to create alone, and preflight must say what its upstream can")
    func members() throws {
        try workshop.hook(#"echo '{"outcome":"done","fields":{"a":"b"}}'"#)
        #expect(try run(.sample(.set)).message?.contains("belong to create alone") == true)
        try workshop.hook(#"echo '{"outcome":"done"}'"#)
        #expect(try run(.sample(.preflight)).message?.contains("must say `overlaps` and `makes`") == true)
        try workshop.hook(#"echo '{"outcome":"done","overlaps":false,"makes":"upstream"}'"#)
        let preflight = try run(.sample(.preflight))
        #expect(preflight.outcome == .done && preflight.overlaps == false && preflight.makes == .upstream)
    }

    @Test("what a hook leaves running ends with it, even what has made itself independent")
    func daemons() async throws {
        try workshop.hook(
            """
            sleep 300 & echo $! > \(workshop.file("child"))
            setsid sh -c 'setsid sleep 300 & echo $! > \(workshop.file("grandchild"))' > /dev/null 2>&1 &
            while [ ! -s \(workshop.file("grandchild")) ]; do sleep 0.05; done
            echo '{"outcome":"done"}'
            """
        )
        let result = try run(.sample(.set))
        #expect(result.outcome == .done)
        for name in ["child", "grandchild"] {
            let pid = try #require(Int32(try await workshop.written(name).dropLast()))
            let isGone = try await Processes.ended(pid)
            #expect(isGone, "\(name)")
        }
    }

    @Test("processes that fork without end are ended too")
    func forks() async throws {
        try workshop.hook(
            """
            f() { echo x >> \(workshop.file("forks")); sleep 0.05; f & }
            f & f & f &
            sleep 1
            echo '{"outcome":"done"}'
            """
        )
        #expect(try run(.sample(.set)).outcome == .done)
        let before = workshop.text("forks")
        try await Task.sleep(for: .milliseconds(500))
        #expect(workshop.text("forks") == before)
    }

    @Test("an entry that the configuration does not have, and a program that is not there, need a person")
    func missing() throws {
        try workshop.configure("  jobs: 1")
        let result = try run(.sample(.set))
        #expect(result.outcome == .failed && result.retry == false)
        #expect(result.message == "the configuration has no worker.hooks.h")
        try workshop.configure("  hooks:\n    h: {program: \(workshop.file("nothing"))}")
        #expect(try run(.sample(.set)).message?.contains("does not exist") == true)
    }
}
