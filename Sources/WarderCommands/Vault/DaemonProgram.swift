import Foundation
import Glibc
import SecretMemory
import StrictJSON
import WarderWire

/// The `warderd` beside this program, run for what takes the vault's own code: this program can open no database.
struct DaemonProgram {
    let arguments: [String]
    /// What only it is able to do, for who does not have it.
    var ability = "can open a backup"

    /// Both are installed into one directory. Who does not have it is told what only it is able to do.
    static func path(for ability: String) throws(CommandFailure) -> String {
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
        let (heard, status) = try converse(console, secret) { _ throws(CommandFailure) in throw .malformedAnswer }
        guard let report = heard.report else { throw heard.failure ?? Self.silent }
        return (report, status, heard.failure)
    }

    /// The same of a mode that says more once the secret was right: hands that on as it comes.
    ///
    /// - Returns: what has to be known about it, for people.
    func stream(
        _ console: Console,
        _ take: (RawSpan) throws(CommandFailure) -> Void,
        secret: (BackupSummary) throws(CommandFailure) -> RequestBody
    ) throws(CommandFailure) -> [String] {
        let (heard, _) = try converse(console, secret, take)
        guard heard.isOpen else { throw heard.failure ?? Self.silent }
        return heard.remarks
    }

    private static var silent: CommandFailure {
        .usage("warderd ended without a word", hints: ["What it said stands above"])
    }

    /// What it said of itself.
    private struct Heard {
        var report: BackupReport?
        var failure: CommandFailure?
        var remarks: [String] = []
        /// Whether what comes now is something else.
        var isOpen = false

        mutating func take(_ message: BackupMessage) {
            report = message.report ?? report
            failure = message.failure.map(CommandFailure.init) ?? failure
            if let remark = message.remark { remarks.append(remark) }
            isOpen = message.opened ?? isOpen
        }
    }

    private func converse(
        _ console: Console,
        _ secret: (BackupSummary) throws(CommandFailure) -> RequestBody,
        _ take: (RawSpan) throws(CommandFailure) -> Void
    ) throws(CommandFailure) -> (Heard, status: Int32) {
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: try Self.path(for: ability))
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = output
        signal(SIGPIPE, SIG_IGN)
        do { try process.run() } catch { throw .usage("warderd cannot be started") }
        var view = Progress(bytes: ByteProgress(console: console), rows: CheckProgress(console))
        defer { view.clear() }
        var heard = Heard()
        var line: [UInt8] = []
        // Values may have gone through it.
        var piece = [UInt8](repeating: 0, count: 65_536)
        defer { zero(&piece) }
        do throws(CommandFailure) {
            while let count = try Self.read(output.fileHandleForReading.fileDescriptor, into: &piece) {
                var start = 0
                while !heard.isOpen, let end = piece[start..<count].firstIndex(of: UInt8(ascii: "\n")) {
                    line += piece[start..<end]
                    start = end + 1
                    let message: BackupMessage = try Vault.decode(line)
                    line = []
                    if let header = message.header {
                        // Whoever is asked now sees the question alone.
                        view.clear()
                        try Self.send(try secret(header), to: input.fileHandleForWriting.fileDescriptor)
                        try? input.fileHandleForWriting.close()
                    }
                    if let step = message.progress { view.show(step) }
                    heard.take(message)
                    if heard.isOpen { view.clear() }
                }
                if heard.isOpen {
                    if start < count { try unsafe take(piece.span.bytes.extracting(start..<count)) }
                } else {
                    line += piece[start..<count]
                    guard line.count <= LineSplitter.maximumBytes else { throw .malformedAnswer }
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
        return (heard, process.terminationStatus)
    }

    /// The next bytes; `nil` at the end.
    private static func read(_ descriptor: Int32, into piece: inout [UInt8]) throws(CommandFailure) -> Int? {
        while true {
            let count = unsafe piece.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .usage("what warderd says cannot be read") }
            return count == 0 ? nil : count
        }
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
            guard count > 0 else { throw .usage("warderd ended before it could be told what opens it") }
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
        // Each line by itself, without the indentation that it has in the daemon's log.
        let hints = failure.remedy.split(separator: "\n").map { line in
            TerminalText.escaped(String(line.drop { $0 == " " }))
        }
        self.init(status, TerminalText.escaped(failure.message), hints: hints)
    }
}
