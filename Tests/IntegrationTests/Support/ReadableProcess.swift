import Foundation
import Glibc

/// What another user can read of a process below `/proc/PID`.
enum ReadableProcess {
    /// Contents by path below `/proc/PID`; files that refuse that user are left out.
    static func files(of pid: Int32, as uid: UInt32) throws -> [String: Data] {
        let script = """
            import base64, json, os, sys
            top, found = "/proc/" + sys.argv[1], {}
            for directory, names, files in os.walk(top):
                # Of the machine and not of the process; links that lead elsewhere.
                names[:] = [name for name in names if name not in ("net", "cwd", "root")]
                for name in files:
                    path = os.path.join(directory, name)
                    try:
                        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
                        try: found[path[len(top) + 1:]] = base64.b64encode(os.read(fd, 1 << 20)).decode()
                        finally: os.close(fd)
                    except OSError: pass
            print(json.dumps(found))
            """
        let said = try Program.python(script, [String(pid)], uid: uid).output
        return try JSONDecoder().decode([String: Data].self, from: Data(said.utf8))
    }
}

/// A process that has a text wherever a process can have one that others see: in its arguments, its environment, its
/// name, and the name of a file that it has mapped.
final class ShowingProcess {
    private let process = Process()
    private let input = Pipe()
    private let file: String

    var pid: Int32 { process.processIdentifier }

    /// `text`: at most 15 bytes, which is what a process's name has room for.
    init(_ text: String, uid: UInt32) throws {
        file = "/tmp/" + text
        try Data(repeating: 1, count: 4096).write(to: URL(fileURLWithPath: file))
        _ = unsafe chmod(file, 0o644)
        let script = """
            import mmap, sys
            with open("/proc/self/comm", "w") as name: name.write(sys.argv[1])
            with open("/tmp/" + sys.argv[1], "rb") as file: held = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
            print("here", flush=True)
            sys.stdin.read()
            """
        process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
        process.arguments =
            ["--reuid", String(uid), "--regid", String(uid), "--clear-groups", "python3", "-c", script, text]
        process.environment = ["PATH": "/usr/bin:/bin", "SHOWN": text]
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        _ = output.fileHandleForReading.availableData
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
        unsafe unlink(file)
    }
}
