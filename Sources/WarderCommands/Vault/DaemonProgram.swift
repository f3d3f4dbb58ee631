import Foundation
import Glibc
import StrictJSON
import WarderWire

/// The `warderd` beside this program, run for what takes the vault's own code: this program can open no database.
struct DaemonProgram {
    let arguments: [String]

    /// Both are installed into one directory. Who does not have it is told what only it is able to do.
    static func path(for ability: String = "can open a backup") throws(CommandFailure) -> String {
        let path = ((OwnProgram.path ?? "") as NSString).deletingLastPathComponent + "/warderd"
        guard unsafe access(path, X_OK) == 0 else {
            throw .usage(
                "there is no warderd beside this program, and only it \(ability)",
                hints: ["Install both from one release; looked for: \(TerminalText.escaped(path))"]
            )
        }
        return path
    }

    /// Runs it to its end: gives what opens the backup when the header is there, and shows how far it is.
    ///
    /// - Returns: the report, as a value and as it came.
    func run(
        _ console: Console,
        secret: (BackupSummary) throws(CommandFailure) -> RequestBody
    ) throws(CommandFailure) -> (report: BackupReport, status: Int32, failure: CommandFailure?) {
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: try Self.path())
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = output
        signal(SIGPIPE, SIG_IGN)
        do { try process.run() } catch { throw .usage("warderd cannot be started") }
        var view = Progress(bytes: ByteProgress(console: console), rows: CheckProgress(console))
        defer { view.clear() }
        var report: BackupReport?
        var failure: CommandFailure?
        var lines = LineSplitter()
        do throws(CommandFailure) {
            while true {
                let piece = Array(output.fileHandleForReading.availableData)
                if piece.isEmpty { break }
                try unsafe lines.take(piece.span.bytes) { line throws(CommandFailure) in
                    let message: BackupMessage = try Vault.decode(line)
                    if let header = message.header {
                        try Self.send(try secret(header), to: input.fileHandleForWriting.fileDescriptor)
                        try? input.fileHandleForWriting.close()
                    }
                    if let step = message.progress { view.show(step) }
                    report = message.report ?? report
                    failure = message.failure.map(CommandFailure.init) ?? failure
                }
            }
        } catch {
            // It ends when nothing comes, and leaves nothing behind.
            try? input.fileHandleForWriting.close()
            process.terminate()
            process.waitUntilExit()
            throw error
        }
        process.waitUntilExit()
        guard let report else {
            throw failure ?? .usage("warderd ended without a word", hints: ["What it said stands above"])
        }
        return (report, process.terminationStatus, failure)
    }

    private static func send(_ body: RequestBody, to descriptor: Int32) throws(CommandFailure) {
        let length = (0..<4).map { UInt8(truncatingIfNeeded: body.count >> (24 - 8 * $0)) }
        try unsafe write(length.span.bytes, to: descriptor)
        try body.withBytes { bytes throws(CommandFailure) in try write(bytes, to: descriptor) }
    }

    private static func write(_ bytes: RawSpan, to descriptor: Int32) throws(CommandFailure) {
        var offset = 0
        while offset < bytes.byteCount {
            let count = unsafe bytes.withUnsafeBytes { bytes in
                unsafe Glibc.write(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .usage("warderd ended before it could be told what opens the backup") }
            offset += count
        }
    }
}

/// Bytes while the file is opened, then rows.
private struct Progress {
    var bytes: ByteProgress
    var rows: CheckProgress

    mutating func show(_ step: BackupProgress) {
        if step.step == "opening" { return bytes.show(step.done, of: step.total) }
        bytes.clear()
        rows.show(Int(clamping: step.done), of: Int(clamping: step.total))
    }

    mutating func clear() {
        bytes.clear()
        rows.clear()
    }
}

extension CommandFailure {
    /// What the daemon's program said.
    init(_ failure: BackupFailure) {
        let status: ExitStatus =
            switch failure.code {
            case "wrong_key": .denied
            case "not_a_backup", "altered", "truncated", "damaged": .verificationFailed
            case "exists", "locked": .conflict
            default: .usage
            }
        self.init(status, TerminalText.escaped(failure.message), hints: [TerminalText.escaped(failure.remedy)])
    }
}
