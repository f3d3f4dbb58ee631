import Sealing
package import TransparencyLog
package import WarderCrypto
package import WarderModel

/// Signs what the log says of itself.
package struct LogSigner: Sendable {
    private let signer: NoteSigner

    /// `origin`: the log's, ``VaultState/logOrigin(_:)``.
    init(_ keys: OpenKeys, origin: RecordID) {
        signer = NoteSigner(name: LogName.of(origin), key: keys.signing)
    }

    /// The key with which anybody verifies what is signed of the log with this origin.
    package static func key(of foundation: Foundation, origin: RecordID) throws(CryptoError) -> NoteKey {
        NoteKey(name: LogName.of(origin), key: try VerifyingKey(foundation.logKey))
    }

    /// A checkpoint and when it was signed; `extensions` are those of a manifest.
    package func note(
        size: UInt64,
        root: TreeHash,
        extensions: [String] = [],
        at time: Timestamp
    ) throws(NoteError) -> SignedNote {
        let checkpoint = Checkpoint(
            origin: signer.noteKey.name,
            size: size,
            root: root,
            extensions: extensions
        )
        return try checkpoint.signed(by: signer, at: UInt64(max(0, time.milliseconds / 1000)))
    }

    /// The checkpoint in a note that the vault's own key signed for this origin.
    package static func checkpoint(
        in note: [UInt8],
        of foundation: Foundation,
        origin: RecordID
    ) throws -> Checkpoint {
        let note = try SignedNote(note)
        let key = try key(of: foundation, origin: origin)
        _ = try note.verified(by: [key])
        let checkpoint = try Checkpoint(text: note.text)
        guard checkpoint.origin == key.name else { throw NoteError.unsigned }
        return checkpoint
    }
}
