import Foundation

/// The built program on a real pseudo-terminal that keeps two screens, as real ones do, driven by a small Python
/// program.
struct ScreenRun: Decodable {
    /// What a person sees at one moment.
    struct Moment: Decodable {
        /// What is on the screen that is shown now.
        var screen: String
        /// What is, or would be, on the main screen, and what can be scrolled back to.
        var main: String
        /// Whether the terminal shows what is typed.
        var echoes: Bool
    }

    /// One moment before each key, and one after the end.
    var moments: [Moment]
    /// Exit status; -1 after a signal.
    var status: Int
    /// The signal that ended the program, or 0.
    var signal: Int

    /// Starts `warder`; whenever the text is on the screen and the echo is off it presses the keys, or sends the
    /// signal.
    init(_ arguments: [String], keys: [(text: String, keys: String)], socket: String) throws {
        let python = Process()
        python.executableURL = URL(filePath: "/usr/bin/env")
        let steps = try JSONEncoder().encode(keys.map { [$0.text, $0.keys] })
        python.arguments =
            ["python3", "-c", Self.driver, try BuiltProgram.path(), socket, String(decoding: steps, as: UTF8.self)]
            + arguments
        let output = Pipe()
        python.standardOutput = output
        try python.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        python.waitUntilExit()
        self = try JSONDecoder().decode(Self.self, from: bytes)
    }

    private static let driver = #"""
        import json, os, pty, re, select, signal, sys, termios, time
        program, socket, steps = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
        control, terminal = pty.openpty()
        child = os.fork()
        if child == 0:
            os.setsid()
            os.close(control)
            fd = os.open(os.ttyname(terminal), os.O_RDWR)
            for target in (0, 1, 2): os.dup2(fd, target)
            # As a shell would: whoever runs the tests may hold signals back or ignore them.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP): signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            os.environ['WARDER_OPERATOR_SOCKET'], os.environ['TERM'] = socket, 'xterm'
            os.execv(program, [program] + sys.argv[4:])
        seen = b''
        def screens():
            main, other, is_other = '', '', False
            for part in re.split('(\x1b\\[[?0-9;]*[A-Za-z])', seen.decode()):
                if part == '\x1b[?1049h': other, is_other = '', True
                elif part == '\x1b[?1049l': is_other = False
                elif part in ('\x1b[2J', '\x1b[3J'):
                    # Clearing the main screen would take away what its owner had there.
                    if is_other: other = ''
                elif part == '\x1b[H': pass
                elif is_other: other += part
                else: main += part
            return (other if is_other else main), main
        def echo(): return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)
        def moment(): return dict(zip(('screen', 'main', 'echoes'), screens() + (echo(),)))
        def pump(until, seconds):
            global seen
            end = time.time() + seconds
            while time.time() < end:
                if select.select([control], [], [], 0.02)[0]: seen += os.read(control, 65536)
                if until(): return True
            return until()
        moments = []
        for text, keys in steps:
            if not pump(lambda: text in screens()[0] and not echo(), 20): sys.exit('not seen: ' + text + repr(seen))
            pump(lambda: False, 0.1)
            moments.append(moment())
            if keys.startswith('signal '): os.kill(child, getattr(signal, keys[7:]))
            else: os.write(control, keys.encode())
        ended, status = False, 0
        def done():
            global ended, status
            if not ended:
                pid, status = os.waitpid(child, os.WNOHANG)
                ended = pid != 0
            return ended
        if not pump(done, 20):
            os.kill(child, signal.SIGKILL)
            sys.exit('did not end: ' + repr(seen))
        pump(lambda: False, 0.1)
        moments.append(moment())
        print(json.dumps({'moments': moments,
            'status': os.WEXITSTATUS(status) if os.WIFEXITED(status) else -1,
            'signal': os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0}))
        """#
}
