import Foundation

/// Exports the log of a large vault in every form, and verifies it, with the commands that people use.
struct LogRun {
    let vault: VaultProcess
    let programs: Programs
    let scratch: Scratch
    let events: Int

    func run() throws -> LogFigures {
        let before = try ProcessMemory(of: vault.id)
        var exports: [String: ExportFigures] = [:]
        for format in LogFigures.formats {
            Progress.show("exporting the log as \(format)")
            let file = path(format)
            let made = try measure([
                "audit", "export", "--format", format, "--output-file", file, "--socket", vault.operatorSocket,
            ])
            let bytes = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int
            exports[format] = ExportFigures(
                bytes: bytes ?? 0,
                eventsPerSecond: Double(events) / made.seconds,
                commandPeak: made.peak
            )
        }
        let after = try ProcessMemory(of: vault.id)
        Progress.show("verifying the log")
        let key = scratch.disk + "/log.vkey"
        try logKey().write(toFile: key, atomically: false, encoding: .utf8)
        let verified = try measure(["audit", "verify", path(LogFigures.formats[0]), "--key-file", key])
        return LogFigures(
            exports: exports,
            verifiedPerSecond: Double(events) / verified.seconds,
            verifierPeak: verified.peak,
            daemonGrowth: max(0, after.resident - before.resident)
        )
    }

    private func path(_ format: String) -> String { scratch.disk + "/large.\(format)" }

    private struct Status: Decodable {
        let log_key: String
    }

    private func logKey() throws -> String {
        let status = try ChildProcess.output(
            of: programs.warder,
            ["status", "--output", "json", "--socket", vault.operatorSocket]
        )
        return try JSONDecoder().decode(Status.self, from: status).log_key
    }

    private func measure(_ arguments: [String]) throws -> MeasuredCommand {
        try MeasuredCommand(arguments, programs: programs, scratch: scratch)
    }
}

/// One export of all events.
struct ExportFigures: Encodable {
    let bytes: Int
    let eventsPerSecond: Double
    /// Bytes.
    let commandPeak: Int

    enum CodingKeys: String, CodingKey {
        case bytes
        case eventsPerSecond = "events_per_second"
        case commandPeak = "command_peak_bytes"
    }
}

/// How fast a log leaves the vault, and is verified, and that neither needs more memory for a longer one.
struct LogFigures: Encodable {
    /// The first is the one that can be verified.
    static let formats = ["jsonl", "csv", "ocsf"]
    /// Events per second.
    static let targets = ["jsonl": 100_000.0, "csv": 50_000.0, "ocsf": 50_000.0]
    static let verifyTarget = 100_000.0
    /// Bytes, whatever the log's length.
    static let memoryTarget = 32 * 1_000_000

    let exports: [String: ExportFigures]
    let verifiedPerSecond: Double
    let verifierPeak: Int
    /// Resident bytes of the daemon after all exports, over those before.
    let daemonGrowth: Int

    enum CodingKeys: String, CodingKey {
        case exports
        case verifiedPerSecond = "verified_per_second"
        case verifierPeak = "verifier_peak_bytes"
        case daemonGrowth = "daemon_growth_bytes"
    }
}
