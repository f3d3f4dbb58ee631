/// What the vault signed, on its way to somebody who keeps it.
enum EvidenceFile {
    /// Writes it as it came: the bytes are signed.
    static func write(_ bytes: [UInt8], to path: String?, in session: Session) throws(CommandFailure) {
        guard let path, path != "-" else {
            return try session.console.write(bytes)
        }
        let file = try AtomicFile(path: path, mayReplace: session.global.yes)
        try file.write(unsafe bytes.span.bytes)
        try file.commit()
        session.console.message("written: \(TerminalText.escaped(path))")
    }
}
