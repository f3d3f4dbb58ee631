import ArgumentParser
import SystemPackage
import TransparencyLog

/// `warder audit verify`
struct VerifyExport: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify an export of the log, without a vault.",
        discussion: """
            Needs the log's public key, which `warder init` printed and `warder status` shows, and the checkpoint that goes \
            with the export. It recomputes the hash of all events and compares it with the signed one. With a checkpoint \
            that was kept earlier (--since) it also notices that the log was rewritten, cut off or set back.

            EXAMPLE
              warder audit verify nov.jsonl --key-file log.vkey --checkpoint nov.checkpoint
              warder audit verify nov.jsonl --key-file k --checkpoint nov --since oct
            """
    )

    private static let chunk = 1 << 18

    @Argument(help: ArgumentHelp("The export, a file of JSON Lines.", valueName: "export"), completion: .file())
    var export: String

    @Option(help: ArgumentHelp("The log's public key.", valueName: "text"))
    var key: String?

    @Option(help: ArgumentHelp("A file with the log's public key.", valueName: "path"), completion: .file())
    var keyFile: String?

    @Option(help: ArgumentHelp("The checkpoint that goes with the export.", valueName: "path"), completion: .file())
    var checkpoint: String

    @Option(help: ArgumentHelp("A checkpoint that was kept earlier.", valueName: "path"), completion: .file())
    var since: String?

    @Option(help: ArgumentHelp("A proof from the earlier checkpoint.", valueName: "path"), completion: .file())
    var consistency: String?

    @Option(
        help: ArgumentHelp("How the log's key changed: GET /v1/audit/keys.", valueName: "path"),
        completion: .file()
    )
    var keyHistory: String?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard (key == nil) != (keyFile == nil) else {
            throw ValidationError("give the log's public key, with --key or --key-file")
        }
    }

    func run(in session: Session) throws(CommandFailure) {
        let evidence = LogEvidence(
            checkpoint: try Self.read(checkpoint),
            older: try since.map(Self.read),
            consistency: try consistency.map(Self.read)
        )
        var verifier = LogVerifier(keys: try chain(), evidence: evidence)
        try Self.pieces(of: export) { verifier.update($0) }
        let verdict = verifier.finish()
        try VerdictView(verdict).show(in: session)
        guard verdict.isSound else {
            throw CommandFailure(.verificationFailed, "the export does not hold")
        }
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
