import WarderCrypto

/// Says when a note was signed: a second signature of the same key, over the text and a moment (C2SP tlog-cosignature,
/// `cosignature/v1`, Ed25519). Two checkpoints of a log that nobody wrote to differ in it alone.
extension NoteKey {
    /// Signed-note type of an Ed25519 cosignature.
    private static let cosignature: UInt8 = 4
    private static let momentByteCount = 8

    /// Of its own, so that whoever looks for the log's signature by its name finds one.
    private var clockName: NoteName { name.appending("/clock") }

    private var clockID: [UInt8] {
        Array(SHA256Digest.hash(Array(clockName.text.utf8) + [0x0A, Self.cosignature] + key.bytes).prefix(4))
    }

    private static func message(_ text: String, at seconds: UInt64) -> [UInt8] {
        Array("cosignature/v1\ntime \(seconds)\n\(text)".utf8)
    }

    fileprivate func timed(_ text: String, at seconds: UInt64, by sign: ([UInt8]) -> [UInt8]) -> NoteSignature {
        let moment = (0..<Self.momentByteCount).map { UInt8(truncatingIfNeeded: seconds >> UInt64(56 - 8 * $0)) }
        return NoteSignature(name: clockName, keyID: clockID, signature: moment + sign(Self.message(text, at: seconds)))
    }

    /// When this key signed the note, in seconds since 1970; `nil` where it does not say.
    ///
    /// - Throws: ``NoteError/signature`` for a moment that the key did not sign.
    package func moment(of note: SignedNote) throws(NoteError) -> UInt64? {
        guard let line = note.signatures.first(where: { $0.name == clockName && $0.keyID == clockID }) else {
            return nil
        }
        guard line.signature.count > Self.momentByteCount else { throw .signature }
        let seconds = line.signature.prefix(Self.momentByteCount).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard
            key.isValid(
                Array(line.signature.dropFirst(Self.momentByteCount)),
                for: Self.message(note.text, at: seconds)
            )
        else { throw .signature }
        return seconds
    }
}

extension NoteSigner {
    /// The moment's signature line.
    func signMoment(_ text: String, at seconds: UInt64) -> NoteSignature {
        noteKey.timed(text, at: seconds) { signature(of: $0) }
    }
}

extension Checkpoint {
    /// The checkpoint as a note that also says when it was signed, in seconds since 1970.
    ///
    /// - Throws: ``NoteError/note`` for extension lines that no note can have.
    package func signed(by signer: NoteSigner, at seconds: UInt64) throws(NoteError) -> SignedNote {
        try signed(by: [signer]).adding(signer.signMoment(text, at: seconds))
    }
}
