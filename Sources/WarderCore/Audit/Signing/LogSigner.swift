import Sealing
package import TransparencyLog
package import WarderCrypto
package import WarderModel

/// Signs what the log says of itself.
package struct LogSigner: Sendable {
    private let signer: NoteSigner

    /// `origin`: the log's, ``VaultState/logOrigin(_:)``.
    init(_ keys: OpenKeys, origin: RecordID) { self.init(keys.signing, origin: origin) }

    private init(_ key: SigningKey, origin: RecordID) {
        signer = NoteSigner(name: LogName.of(origin), key: key)
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

    /// The note in which this key gives the log of `size` events over to the newest key of a ring.
    ///
    /// - Throws: ``NoteError``; `exhausted` and others of ``SealingError``.
    func handOver(to ring: KeyRing, origin: RecordID, size: UInt64) throws -> (key: NoteKey, note: [UInt8]) {
        let entry = try ring.current(.signing)
        let next = LogSigner(try SigningKey(seed: entry.key), origin: origin).signer
        let change = KeyChange(.rotation(epoch: entry.epoch), size: size, before: signer.noteKey, after: next.noteKey)
        return (next.noteKey, try change.signed(by: signer, and: next).bytes)
    }

    /// The note in which this key goes on under the name of a restored log, which begins with `size` events.
    func handOver(
        to restored: LogSigner,
        number: UInt32,
        size: UInt64,
        root: TreeHash
    ) throws(NoteError) -> [UInt8] {
        let (before, after) = (signer.noteKey, restored.signer.noteKey)
        let change = KeyChange(.restore(number: number, root: root), size: size, before: before, after: after)
        return try change.signed(by: signer, and: restored.signer).bytes
    }
}
