import SecretMemory
import WarderModel
import WarderWire

/// `warder doctor --save FILE` and `warder rescue --save FILE`: every version that still opens, with its values, in a file that only its owner can
/// read.
struct SaveWhatOpens {
    private struct Outcome: Decodable {
        let saved: Int
        let lost: Int
        let unreadableRecords: Int

        var isWhole: Bool { lost == 0 && unreadableRecords == 0 }

        enum CodingKeys: String, CodingKey {
            case saved, lost
            case unreadableRecords = "unreadable_records"
        }
    }

    private struct End: Decodable {
        let outcome: Outcome?
        let failed: CheckFailure?
    }

    let path: String
    let session: Session

    /// - Returns: whether everything that there should be was saved.
    func run() throws(CommandFailure) -> Bool {
        try run { take throws(CommandFailure) in
            try session.vault().streamWithPresence(VaultRequest("POST", "/v1/sys/salvage", timeoutSeconds: 600), take)
        }
    }

    /// What came before the stream broke off is kept: it is what can be saved.
    ///
    /// - Returns: whether everything that there should be was saved.
    func run(_ stream: PieceStream) throws(CommandFailure) -> Bool {
        let file = try AtomicFile(path: path, mayReplace: session.global.yes)
        var last = LastLine()
        var failure: CommandFailure?
        do throws(CommandFailure) {
            try stream { piece throws(CommandFailure) in
                try file.write(piece)
                last.take(piece)
            }
        } catch {
            guard last.hasBegun else { throw error }
            failure = error
        }
        try file.commit()
        let name = TerminalText.escaped(path)
        let word = TerminalText.escaped(ShellWord.quoted(path))
        let end: End? = last.line.flatMap { try? Vault.decode($0) }
        if let outcome = end?.outcome {
            session.console.message(
                "\(outcome.saved) versions saved in \(name); \(outcome.lost) that should open do not",
                hints: [
                    outcome.unreadableRecords == 0
                        ? "Every record could be read."
                        : "Records that could not be read: \(outcome.unreadableRecords). What they were is not known.",
                    "The values in it are in the clear: store them again (warder secret put), and remove it: shred -u \(word)",
                ]
            )
            return outcome.isWhole
        }
        throw end?.failed?.asCommandFailure ?? failure ?? .brokenOff
    }
}

/// Remembers the last line of what goes by, if it is short; the lines before it hold values.
private struct LastLine {
    private static let longest = 1024
    private var current: [UInt8] = []
    private var isTooLong = false
    private(set) var line: [UInt8]?
    private(set) var hasBegun = false

    mutating func take(_ piece: RawSpan) {
        hasBegun = true
        for index in piece.byteOffsets {
            let byte = unsafe piece.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self)
            if byte == UInt8(ascii: "\n") {
                zeroLine()
                line = isTooLong ? nil : current
                current = []
                isTooLong = false
            } else if current.count < Self.longest {
                current.append(byte)
            } else {
                isTooLong = true
            }
        }
    }

    private mutating func zeroLine() {
        if var old = line {
            line = nil
            zero(&old)
        }
    }
}
