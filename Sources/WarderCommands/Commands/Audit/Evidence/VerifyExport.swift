import ArgumentParser
import Glibc
import SystemPackage
import TransparencyLog

/// `warder audit verify`
struct VerifyExport: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify an export of the log, without a vault.",
        discussion: """
            Needs the log's public key, which `warder init` printed and `warder status` shows, and what was signed of the \
            export: its manifest, which `warder audit export` puts beside it. It recomputes the hash of all events and \
            compares it with the signed one. With a checkpoint or a manifest that was kept earlier (--since) it also \
            notices that the log was rewritten, cut off or set back.

            EXAMPLE
              warder audit verify nov.jsonl --key-file log.vkey
              warder audit verify nov.jsonl --key-file log.vkey --since oct.checkpoint
            """
    )

    private static let chunk = 1 << 18

    @Argument(help: ArgumentHelp("The export, a file of JSON Lines.", valueName: "export"), completion: .file())
    var export: String

    @Option(help: ArgumentHelp("The log's public key.", valueName: "text"))
    var key: String?

    @Option(help: ArgumentHelp("A file with the log's public key.", valueName: "path"), completion: .file())
    var keyFile: String?

    @Option(
        help: ArgumentHelp("The export's manifest; EXPORT.manifest without it.", valueName: "path"),
        completion: .file()
    )
    var manifest: String?

    @Option(
        help: ArgumentHelp("A checkpoint of the export's size, for one without a manifest.", valueName: "path"),
        completion: .file()
    )
    var checkpoint: String?

    @Option(
        help: ArgumentHelp("A checkpoint or manifest that was kept earlier.", valueName: "path"),
        completion: .file()
    )
    var since: String?

    @Option(help: ArgumentHelp("A proof from the earlier checkpoint.", valueName: "path"), completion: .file())
    var consistency: String?

    @Option(
        help: ArgumentHelp("How the log's key changed, where the export leaves that out.", valueName: "path"),
        completion: .file()
    )
    var keyHistory: String?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard (key == nil) != (keyFile == nil) else {
            throw ValidationError("give the log's public key, with --key or --key-file")
        }
        guard manifest == nil || checkpoint == nil else {
            throw ValidationError("give a manifest or a checkpoint, not both")
        }
    }

    func run(in session: Session) throws(CommandFailure) {
        let evidence = LogEvidence(
            checkpoint: try signed(),
            isManifest: checkpoint == nil,
            older: try since.map(Self.read),
            consistency: try consistency.map(Self.read)
        )
        var verifier = LogVerifier(keys: try chain(), evidence: evidence)
        let total = Self.size(of: export)
        var progress = ByteProgress(console: session.console)
        defer { progress.clear() }
        var done: UInt64 = 0
        var conversion: ExportFormat?
        try Self.pieces(of: export) { piece in
            if done == 0 { conversion = ExportFormat(recognisedIn: piece) }
            done += UInt64(piece.count)
            verifier.update(piece)
            progress.show(done, of: total)
        }
        if let conversion {
            throw .usage(
                "this is an export as \(conversion.rawValue.uppercased()), which loses what could be verified",
                hints: ["Verify one of the same events: warder audit export --output-file FILE.jsonl"]
            )
        }
        let verdict = verifier.finish()
        progress.clear()
        try VerdictView(verdict).show(in: session)
        guard verdict.isSound else {
            throw CommandFailure(.verificationFailed, "the export does not hold")
        }
    }

    /// The signed note that goes with the export.
    private func signed() throws(CommandFailure) -> [UInt8] {
        if let named = checkpoint ?? manifest { return try Self.read(named) }
        let beside = export + ".manifest"
        guard unsafe access(beside, F_OK) == 0 else {
            throw .usage(
                "\(TerminalText.escaped(beside)) is not there",
                hints: ["Name what was signed of the export: --manifest PATH, or --checkpoint PATH"]
            )
        }
        return try Self.read(beside)
    }

    private func chain() throws(CommandFailure) -> KeyChain {
        let text: String
        if let key { text = key } else { text = String(decoding: try Self.read(keyFile ?? ""), as: UTF8.self) }
        let history = try keyHistory.map(Self.read)
        do {
            let pinned = try NoteKey(text.trimmingLineEnd)
            return try history.map { try KeyChain(pinned: pinned, history: KeyHistory($0)) } ?? KeyChain(pinned: pinned)
        } catch NoteError.historyBroken {
            throw CommandFailure(.verificationFailed, "the key history does not lead from your key to the present one")
        } catch NoteError.history {
            throw .usage("the key history cannot be read")
        } catch {
            throw .usage(
                "this is no public key of a log",
                hints: ["It looks like warder.log/…+1a2b3c4d+AQ…: warder status"]
            )
        }
    }

    private static func read(_ path: String) throws(CommandFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        try pieces(of: path) { piece in
            if bytes.count <= KeyHistory.byteLimit { bytes += piece }
        }
        return bytes
    }

    /// 0 where it is not known.
    private static func size(of path: String) -> UInt64 {
        var file = stat()
        return unsafe stat(path, &file) == 0 ? UInt64(max(0, file.st_size)) : 0
    }

    private static func pieces(of path: String, _ take: ([UInt8]) -> Void) throws(CommandFailure) {
        do {
            let file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec])
            try file.closeAfter {
                while true {
                    var piece = [UInt8](repeating: 0, count: chunk)
                    let count = try unsafe piece.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
                    if count == 0 { return }
                    piece.removeSubrange(count...)
                    take(piece)
                }
            }
        } catch {
            throw .usage("cannot read \(TerminalText.escaped(path)): \(SystemReason.text(error))")
        }
    }
}

extension String {
    /// Without the line feed that a file ends with.
    fileprivate var trimmingLineEnd: Substring { hasSuffix("\n") ? dropLast() : self[...] }
}
