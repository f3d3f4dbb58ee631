import Foundation
import Glibc

/// A real worker beside a real daemon. Ended by its own process id.
// Unchecked: one test at a time starts and ends it.
final class WorkerProcess: @unchecked Sendable {
    private let vault: VaultProcess
    private let socket: String
    private let environment: [String: String]
    private var process = Process()
    private var logFile: String { vault.directory + "/worker.log" }

    /// `socket`: where it asks for work, when that is not the daemon's own socket.
    init(_ vault: VaultProcess, socket: String? = nil, environment: [String: String] = [:]) throws {
        self.vault = vault
        self.socket = socket ?? vault.workerSocket
        self.environment = environment
        _ = FileManager.default.createFile(atPath: logFile, contents: nil)
        try start()
    }

    deinit { kill() }

    var pid: Int32 { process.processIdentifier }
    /// What it wrote to its standard error.
    var said: String { (try? String(contentsOfFile: logFile, encoding: .utf8)) ?? "" }

    func start() throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: Programs.path("warder-worker"))
        process.arguments = ["--socket", socket, "--config", vault.configuration]
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let log = FileHandle(forWritingAtPath: logFile)
        log?.seekToEndOfFile()
        process.standardError = log
        try process.run()
    }

    /// SIGKILL, and waits until it is gone.
    func kill() {
        guard process.isRunning else { return }
        Glibc.kill(pid, SIGKILL)
        process.waitUntilExit()
    }
}
