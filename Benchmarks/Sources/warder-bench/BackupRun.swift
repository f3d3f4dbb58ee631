import Foundation

/// Copies a large vault while it is at work, and makes a vault of the copy, with the commands that people use.
struct BackupRun {
    static let connections = 16
    /// Seconds of load without a backup.
    private static let quietSeconds = 8.0

    let vault: VaultProcess
    let programs: Programs
    let scratch: Scratch

    func run() throws -> BackupFigures {
        Progress.show("load without a backup")
        let quiet = try LoadGenerator(programs: programs, scratch: scratch).run(
            .resolve,
            socket: vault.clientSocket,
            server: vault.id,
            connections: Self.connections,
            seconds: Self.quietSeconds
        )
        Progress.show("load while a backup is made")
        let file = scratch.disk + "/large.backup"
        let clock = ContinuousClock()
        var made = Duration.zero
        let busy = try LoadGenerator(programs: programs, scratch: scratch).run(
            .resolve,
            socket: vault.clientSocket,
            server: vault.id,
            connections: Self.connections
        ) {
            made = try clock.measure {
                try finish(start(["backup", "create", file, "--socket", vault.operatorSocket]))
            }
        }
        Progress.show("restoring the backup")
        let restored = try clock.measure {
            try finish(
                start(
                    ["backup", "restore", file, "--stdin", "--state", scratch.disk + "/restored"],
                    input: OperatorClient.passphrase
                )
            )
        }
        let bytes = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int
        return BackupFigures(
            bytes: bytes ?? 0,
            createSeconds: made.inSeconds,
            restoreSeconds: restored.inSeconds,
            quietP99: quiet.p99,
            busyP99: busy.p99,
            busyP999: busy.p999,
            quietPerSecond: quiet.requestsPerSecond,
            busyPerSecond: busy.requestsPerSecond
        )
    }

    private func start(_ arguments: [String], input: String = "") throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: programs.warder)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardInput = pipe
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        scratch.add(process: process.processIdentifier)
        try pipe.fileHandleForWriting.write(contentsOf: Data((input + "\n").utf8))
        try pipe.fileHandleForWriting.close()
        return process
    }

    private func finish(_ process: Process) throws {
        process.waitUntilExit()
        scratch.remove(process: process.processIdentifier)
        guard process.terminationStatus == 0 else {
            throw Failure("warder ended with status \(process.terminationStatus); what it said stands above")
        }
    }
}

/// What a backup costs those who are served meanwhile, and how long the way back takes.
struct BackupFigures: Encodable {
    let bytes: Int
    let createSeconds: Double
    let restoreSeconds: Double
    /// Microseconds, of a resolve at 16 connections.
    let quietP99: Double
    /// Of all answers while the backup was made.
    let busyP99: Double
    let busyP999: Double
    let quietPerSecond: Double
    let busyPerSecond: Double

    /// How much longer the slowest hundredth takes.
    var slowdown: Double { busyP99 / quietP99 }
    static let slowdownTarget = 2.0
    static let restoreTarget = 30.0

    enum CodingKeys: String, CodingKey {
        case bytes
        case createSeconds = "create_seconds"
        case restoreSeconds = "restore_seconds"
        case quietP99 = "quiet_p99_us"
        case busyP99 = "busy_p99_us"
        case busyP999 = "busy_p999_us"
        case quietPerSecond = "quiet_requests_per_second"
        case busyPerSecond = "busy_requests_per_second"
    }
}
