import Foundation

/// Copies a large vault while it is at work, and makes a vault of the copy, with the commands that people use.
struct BackupRun {
    static let connections = 16
    /// Seconds of load that are measured at a time: short enough that several lie within a backup.
    private static let window = 2.0

    let vault: VaultProcess
    let programs: Programs
    let scratch: Scratch

    func run() throws -> BackupFigures {
        Progress.show("load without a backup")
        let quiet = try load(seconds: 4 * Self.window)
        Progress.show("load while a backup is made")
        let file = scratch.disk + "/large.backup"
        let clock = ContinuousClock()
        let begin = clock.now
        let making = try start(["backup", "create", file, "--socket", vault.operatorSocket])
        var busy: [LoadFigures] = []
        while making.isRunning { busy.append(try load(seconds: Self.window)) }
        try finish(making)
        let made = clock.now - begin
        Progress.show("restoring the backup")
        let restored = clock.now
        let restoring = try start(
            ["backup", "restore", file, "--stdin", "--state", scratch.disk + "/restored"],
            input: OperatorClient.passphrase
        )
        try finish(restoring)
        let bytes = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int
        return BackupFigures(
            bytes: bytes ?? 0,
            // The last window outlasts the backup by up to its own length.
            createSeconds: made.inSeconds,
            restoreSeconds: (clock.now - restored).inSeconds,
            quietP99: quiet.p99,
            busyP99: busy.map(\.p99).median,
            busyP99Worst: busy.map(\.p99).max() ?? 0,
            quietPerSecond: quiet.requestsPerSecond,
            busyPerSecond: busy.map(\.requestsPerSecond).median
        )
    }

    private func load(seconds: Double) throws -> LoadFigures {
        try LoadGenerator(programs: programs, scratch: scratch).run(
            .resolve,
            socket: vault.clientSocket,
            server: vault.id,
            connections: Self.connections,
            seconds: seconds
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
    /// The median of the windows while the backup was made, and the worst.
    let busyP99: Double
    let busyP99Worst: Double
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
        case busyP99Worst = "busy_p99_us_max"
        case quietPerSecond = "quiet_requests_per_second"
        case busyPerSecond = "busy_requests_per_second"
    }
}
