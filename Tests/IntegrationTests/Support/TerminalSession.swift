import Foundation
import Testing

/// Runs the real `warder`, or a shell that does, on a pseudo-terminal of its own, against a real daemon.
///
/// Standard input, output and errors are that terminal, unless `input` is given: then standard input is a pipe. Each
/// answer is typed when its question has come; the question for the operator's presence is answered wherever it comes.
struct TerminalSession {
    /// What a command left.
    struct Result: Decodable {
        var status: Int32
        /// Everything that the terminal showed, with plain line ends.
        var screen: String
        /// What stood in `/proc/PID/cmdline`, `/proc/PID/environ` and further files of the running command, looked at
        /// again and again; only bytes that differ are kept.
        var watched: [String]
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    let socket: String
    var program = Programs.path("warder")
    /// The passphrase that proves the operator's presence.
    var presence = VaultProcess.passphrase
    /// Another user to run as, in the group of the operator socket.
    var uid: UInt32?
    var environment: [String: String] = [:]

    private struct Task: Encodable {
        var program: String
        var arguments: [String]
        var answers: [[String]]
        var presence: String
        var input: String?
        var uid: UInt32?
        var environment: [String: String]
    }

    /// `answers`: pairs of a question, or a part of it, and what is typed then.
    func run(_ arguments: [String], answers: [(String, String)] = [], input: String? = nil) throws -> Result {
        let task = Task(
            program: program,
            arguments: arguments,
            answers: answers.map { [$0.0, $0.1] },
            presence: presence,
            input: input,
            uid: uid,
            environment: ["PATH": "/usr/bin:/bin", "TERM": "dumb", "WARDER_OPERATOR_SOCKET": socket]
                .merging(environment) { $1 }
        )
        // Through standard input, because arguments are what a test may look for secrets in.
        let ran = try Program.run(
            "/usr/bin/env",
            ["python3", "-c", Self.driver],
            input: String(decoding: try JSONEncoder().encode(task), as: UTF8.self)
        )
        guard ran.status == 0 else { throw Failure(description: "warder \(arguments): \(ran.errors)") }
        return try JSONDecoder().decode(Result.self, from: Data(ran.output.utf8))
    }

    private static let driver = """
        import fcntl, json, os, pty, select, signal, struct, sys, termios, time
        task = json.load(sys.stdin)
        control, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
        pipe = os.pipe() if task.get("input") is not None else None
        child = os.fork()
        if child == 0:
            os.setsid()
            fd = os.open(os.ttyname(terminal), os.O_RDWR)
            if task.get("uid") is not None: os.fchown(fd, task["uid"], -1)
            for target in (0, 1, 2): os.dup2(fd, target)
            if pipe: os.dup2(pipe[0], 0)
            os.closerange(3, 256)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP): signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            if task.get("uid") is not None:
                # Operators are in the group of the operator socket, which is the daemon's own here.
                os.setgroups([os.getgid()]); os.setgid(task["uid"]); os.setuid(task["uid"])
            os.execve(task["program"], [task["program"]] + task["arguments"], task["environment"])
        if pipe:
            os.close(pipe[0])
            os.write(pipe[1], task["input"].encode())
            os.close(pipe[1])
        seen, taken, watched, status = b"", 0, set(), None
        answers = task["answers"]
        own = os.stat(task["program"])
        def hidden(): return not termios.tcgetattr(terminal)[3] & termios.ECHO
        def watch():
            try:
                # Between fork and exec the child is still this program.
                running = os.stat("/proc/%d/exe" % child)
                if (running.st_dev, running.st_ino) != (own.st_dev, own.st_ino): return
                for name in ("cmdline", "environ", "comm", "status", "limits"):
                    with open("/proc/%d/%s" % (child, name), "rb") as file:
                        watched.add(name + ": " + file.read().decode(errors="replace"))
            except OSError: pass
        end = time.time() + 60
        while True:
            watch()
            while select.select([control], [], [], 0.01)[0]: seen += os.read(control, 65536)
            fresh = seen[taken:]
            question = b"This needs your presence. Your passphrase:"
            if question in fresh and hidden():
                taken += fresh.index(question) + len(question)
                os.write(control, task["presence"].encode() + b"\\r")
            elif answers and answers[0][0].encode() in fresh:
                # What is typed before the echo is off would be dropped.
                if fresh.rstrip().endswith(b"to go on:") or b"name of the attempt" in fresh or hidden():
                    taken += fresh.index(answers[0][0].encode()) + len(answers[0][0].encode())
                    os.write(control, answers.pop(0)[1].encode() + b"\\r")
            if status is None:
                ended, status = os.waitpid(child, os.WNOHANG)
                if ended == 0: status = None
                elif not select.select([control], [], [], 0.02)[0]: break
            elif not select.select([control], [], [], 0.02)[0]: break
            if time.time() > end:
                os.kill(child, signal.SIGKILL)
                sys.exit("did not end; the terminal shows %r" % seen)
        if answers: sys.exit("not asked: %r; the terminal shows %r" % (answers, seen))
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
        screen = seen.decode(errors="replace").replace("\\r\\n", "\\n")
        print(json.dumps({"status": code, "screen": screen, "watched": sorted(watched)}))
        """
}
