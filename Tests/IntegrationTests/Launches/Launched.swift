import Foundation
import Glibc
import Testing

/// `warder run`, started as an MCP client starts it: pipes, and the environment that it is given and no other.
final class Launched {
    let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private let errors: String
    private var unread: [UInt8] = []
    private var isClosed = false

    var pid: Int32 { process.processIdentifier }
    var said: String { (try? String(contentsOfFile: errors, encoding: .utf8)) ?? "" }

    /// `arguments`: those behind `warder run --server notes --client-socket …`.
    /// `isAtUsualPlace`: whether the vault lies where the machine's does, as this launcher sees it, and nobody says where;
    /// takes root.
    /// `standardError`: in place of the file of which `said` tells.
    init(
        _ vault: VaultProcess,
        _ arguments: [String],
        environment: [String: String] = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"],
        isAtUsualPlace: Bool = false,
        standardError: FileHandle? = nil
    ) throws {
        errors = vault.directory + "/run-" + UUID().uuidString.prefix(8) + ".err"
        _ = FileManager.default.createFile(atPath: errors, contents: nil)
        if isAtUsualPlace {
            let sockets = URL(fileURLWithPath: vault.clientSocket).deletingLastPathComponent().path
            let place = "mount -t tmpfs none /run && mkdir /run/warder && mount --bind \(sockets) /run/warder"
            process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
            process.arguments =
                ["-m", "sh", "-c", place + #" && exec "$0" "$@""#, Programs.path("warder"), "run", "--server", "notes"]
                + arguments
        } else {
            process.executableURL = URL(fileURLWithPath: Programs.path("warder"))
            process.arguments = ["run", "--server", "notes", "--client-socket", vault.clientSocket] + arguments
        }
        process.environment = environment
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        process.standardInput = input
        process.standardOutput = output
        process.standardError = standardError ?? FileHandle(forWritingAtPath: errors)
        // What is written to a launcher that has ended is an error of the test's, and not the end of all tests.
        signal(SIGPIPE, SIG_IGN)
        try process.run()
    }

    deinit {
        guard ending == nil else { return }
        for pid in ProcessTree.descendants(of: pid) + [pid] { Glibc.kill(pid, SIGKILL) }
    }

    func send(_ line: String) throws { try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8)) }

    func closeInput() throws {
        guard !isClosed else { return }
        isClosed = true
        try input.fileHandleForWriting.close()
    }

    /// The next line of what the server says; `nil` when there is none within `seconds`.
    func line(seconds: Int = 120) -> String? {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread.removeSubrange(...end) }
                return String(decoding: unread[..<end], as: UTF8.self)
            }
            var entry = pollfd(fd: output.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&entry, 1, 100) > 0 else { continue }
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { return nil }
            unread += more
        }
        return nil
    }

    /// Sends a request and returns the answer's line.
    func ask(_ request: String) throws -> String? {
        try send(request)
        return line()
    }

    /// How it ended, as a shell has it; `nil` where it has not within `seconds`.
    func wait(seconds: Int) -> Int32? {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            if let ending { return ending }
            usleep(10_000)
        }
        return ending
    }

    /// How it ended, as a shell has it.
    func wait() -> Int32 {
        while true {
            if let ending { return ending }
            usleep(10_000)
        }
    }

    /// How it ended, and how long that took, less what this thread was kept waiting for a processor meanwhile: where it is
    /// kept, so is the launcher.
    func timedWait() -> (ending: Int32, duration: Duration) {
        let pause: Duration = .milliseconds(10)
        let start = ContinuousClock.now
        var kept: Duration = .zero
        while true {
            let now = ContinuousClock.now
            if let ending { return (ending, now - start - kept) }
            usleep(10_000)
            kept += max(.zero, ContinuousClock.now - now - pause * 1.1)
        }
    }

    /// Asked of the kernel: Foundation notices an end only when everything that the process has left behind has ended
    /// as well.
    private var ending: Int32? {
        var info = unsafe siginfo_t()
        if unsafe waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT | WNOHANG) == 0 {
            let child = unsafe info._sifields._sigchld
            guard child.si_pid == pid else { return nil }
            let hasExited = unsafe info.si_code == CLD_EXITED
            return hasExited ? child.si_status : 128 + child.si_status
        }
        // It was waited for.
        guard errno == ECHILD, !process.isRunning else { return nil }
        return process.terminationReason == .uncaughtSignal
            ? 128 + process.terminationStatus : process.terminationStatus
    }
}

extension VaultProcess {
    /// A vault with the launched server `notes`, its tool `search`, what it needs to run, and one secret for both.
    static func withLaunchedServer(settings: String = "") throws -> VaultProcess {
        let vault = try VaultProcess(profile: "single-user", settings: settings)
        try vault.start()
        try vault.initialise()
        try vault.ask("PUT", "/v1/secrets/notes/api", #"{"fields":{"value":"first","user":"me"}}"#, expecting: 201)
        let server = #"{"name":"notes","selectors":{"uid":\#(getuid()),"launch":true}}"#
        try vault.ask("POST", "/v1/servers", server, expecting: 201)
        for tool in ["notes/search", "notes/@launch"] {
            try vault.ask("POST", "/v1/tools", #"{"name":"\#(tool)","risk":"read-only"}"#, expecting: 201)
            let grant = #"{"tool":"\#(tool)","secret":"notes/api","fields":["value","user"]}"#
            try vault.ask("POST", "/v1/grants", grant, expecting: 201)
        }
        return vault
    }
}
