import Foundation
import Testing

@testable import WarderCommands

/// The built program on a real pseudo-terminal, driven by a small Python program.
@Suite("Prompts on a terminal")
struct PromptTests {
    /// What was seen on the terminal.
    private struct Observation: Decodable {
        var screen: String
        var echoedDuringPrompt: Bool
        var echoesAfterwards: Bool
        var status: Int
        var signal: Int
    }

    private static let passphrase = "correct horse canary"

    /// Starts `warder` on a terminal of its own; at each prompt it types an answer, or sends a signal.
    private static let driver = """
        import json, os, pty, signal, sys, termios, time, select
        program, socket, answers = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
        arguments = sys.argv[4:]
        control, terminal = pty.openpty()
        child = os.fork()
        if child == 0:
            os.setsid()
            os.close(control)
            name = os.ttyname(terminal)
            fd = os.open(name, os.O_RDWR)
            for target in (0, 1, 2): os.dup2(terminal, target)
            # As a shell would: whoever runs the tests may hold signals back or ignore them.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP): signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            os.environ['WARDER_OPERATOR_SOCKET'] = socket
            os.execv(program, [program] + arguments)
        seen, echoed, ended, status = b'', False, False, 0
        def echo(): return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)
        def pump(until, seconds):
            global seen
            end = time.time() + seconds
            while time.time() < end:
                if select.select([control], [], [], 0.02)[0]:
                    seen += os.read(control, 65536)
                if until(): return True
            return until()
        for prompt, answer in answers:
            count = seen.count(prompt.encode()) + 1
            asked = lambda: seen.count(prompt.encode()) >= count and not echo()
            if not pump(asked, 20): sys.exit('no prompt: ' + repr(seen))
            echoed = echoed or echo()
            if answer.startswith('signal '): os.kill(child, getattr(signal, answer[7:]))
            else: os.write(control, answer.encode())
        def done():
            global ended, status
            if not ended:
                pid, status = os.waitpid(child, os.WNOHANG)
                ended = pid != 0
            return ended
        if not pump(done, 20): sys.exit('did not end: ' + repr(seen))
        pump(lambda: False, 0.1)
        print(json.dumps({'screen': seen.decode(), 'echoedDuringPrompt': echoed, 'echoesAfterwards': echo(),
            'status': os.WEXITSTATUS(status) if os.WIFEXITED(status) else -1,
            'signal': os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0}))
        """

    private func observe(
        _ arguments: [String],
        answers: [(prompt: String, answer: String)],
        replies: [StubVault.Reply]
    ) throws -> (Observation, StubVault) {
        let stub = try StubVault(replies)
        defer { stub.stop() }
        let program = try BuiltProgram.path()
        let python = Process()
        python.executableURL = URL(filePath: "/usr/bin/env")
        let pairs = try JSONEncoder().encode(answers.map { [$0.prompt, $0.answer] })
        python.arguments =
            ["python3", "-c", Self.driver, program, stub.path, String(decoding: pairs, as: UTF8.self)] + arguments
        let output = Pipe()
        python.standardOutput = output
        try python.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        python.waitUntilExit()
        return (try JSONDecoder().decode(Observation.self, from: bytes), stub)
    }

    private static func status(_ state: String, for request: String = "GET /v1/sys/status") -> StubVault.Reply {
        .json(
            request,
            200,
            """
            {"state":"\(state)","profile":"team","version":"0.1.0","pid":1,"started":"2026-11-21T07:00:00Z","slots":[],\
            "memory_locked":true,"client_socket":"/c"}
            """
        )
    }

    @Test("a typed passphrase arrives, and nothing of it is shown")
    func hidden() throws {
        let (seen, stub) = try observe(
            ["unseal"],
            answers: [("Passphrase of the vault:", Self.passphrase + "\r")],
            replies: [Self.status("sealed"), Self.status("unsealed", for: "POST /v1/sys/unseal")]
        )
        #expect(stub.requests.last?.body == #"{"passphrase":"\#(Self.passphrase)"}"#)
        #expect(seen.status == 0)
        #expect(!seen.screen.contains("canary") && !seen.screen.contains("correct"))
        #expect(!seen.screen.contains("*"))
        #expect(!seen.echoedDuringPrompt)
        #expect(seen.echoesAfterwards)
        #expect(seen.screen.contains("unsealed"))
    }

    @Test("lines longer than a terminal's line buffer arrive whole")
    func longLine() throws {
        let long = String(repeating: "0123456789", count: 1000)
        let (seen, stub) = try observe(
            ["secret", "put", "a/b"],
            answers: [("a/b value:", long + "\r"), ("The same again:", long + "\r")],
            replies: [
                Self.status("unsealed"),
                .json("PUT /v1/secrets/a/b", 200, #"{"name":"a/b","version":1,"state":"current","destroyed":[]}"#),
            ]
        )
        #expect(seen.status == 0, "\(seen.screen)")
        #expect(stub.requests.last?.body == #"{"fields":{"value":"\#(long)"}}"#)
        #expect(!seen.screen.contains("0123456789"))
    }

    @Test("Ctrl-C ends the command by the signal and gives the echo back")
    func interrupt() throws {
        let (seen, stub) = try observe(
            ["unseal"],
            answers: [("Passphrase of the vault:", "canary\u{3}")],
            replies: [Self.status("sealed")]
        )
        #expect(seen.signal == 2)
        #expect(seen.echoesAfterwards)
        #expect(!seen.screen.contains("canary"))
        #expect(stub.requests.count == 1)
    }

    @Test(
        "a signal during a prompt gives the echo back before it ends the command",
        arguments: [("SIGTERM", 15), ("SIGHUP", 1)]
    )
    func signals(_ name: String, _ number: Int) throws {
        let (seen, _) = try observe(
            ["unseal"],
            answers: [("Passphrase of the vault:", "signal \(name)")],
            replies: [Self.status("sealed")]
        )
        #expect(seen.signal == number)
        #expect(seen.echoesAfterwards)
    }

    @Test("the rest of a pasted text does not reach the next prompt or the shell")
    func paste() throws {
        let (seen, stub) = try observe(
            ["secret", "put", "a/b"],
            answers: [("a/b value:", "first line\rsecond line canary\rthird\r"), ("The same again:", "other\r")],
            replies: [Self.status("unsealed")]
        )
        #expect(seen.status == 1)
        #expect(seen.screen.contains("the two values differ"))
        #expect(!seen.screen.contains("canary"))
        #expect(stub.requests.map(\.line) == ["GET /v1/sys/status"])
    }

    @Test("presence is asked for on the terminal, even though standard output is one too")
    func presence() throws {
        let refusal =
            #"{"error":{"code":"presence_required","message":"m","reason":"presence_required","request_id":"r"}}"#
        let (seen, stub) = try observe(
            ["secret", "get", "a/b"],
            answers: [("This needs your presence. Your passphrase:", Self.passphrase + "\r")],
            replies: [
                .json("POST /v1/reveal/a/b", 403, refusal), .json("POST /v1/presence", 200, #"{"proof":"P1"}"#),
                .json(
                    "POST /v1/reveal/a/b",
                    200,
                    #"{"name":"a/b","field":"value","version":1,"state":"current","value":"the value"}"#
                ),
            ]
        )
        #expect(seen.status == 0)
        #expect(seen.screen.hasSuffix("the value\r\n"))
        #expect(!seen.screen.contains("canary"))
        #expect(stub.surprises == [])
    }
}
