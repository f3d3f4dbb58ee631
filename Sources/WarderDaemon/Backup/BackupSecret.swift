import Glibc
import SecretMemory
import Sealing
import SecretShares
import StrictJSON

/// What opens a backup or a vault, as it comes over standard input: a length in 4 bytes, big-endian, and so many bytes of JSON with
/// one of `passphrase`, `credential_base64` and `shares`. Never from the command line or the environment.
struct BackupSecret: Decodable {
    /// Far more than 255 shares take.
    private static let maximumBytes = 65_536

    var passphrase: SecretField?
    var credentialBase64: SecretField?
    var shares: [SecretField]?

    enum CodingKeys: String, CodingKey {
        case passphrase, shares
        case credentialBase64 = "credential_base64"
    }

    /// Reads it from a descriptor; it blocks until all of it is there.
    static func read(from descriptor: Int32) throws(BackupStop) -> BackupSecret {
        let length = try word(from: descriptor)
        guard (2...maximumBytes).contains(length) else { throw nothing }
        // Not in the heap, where what is freed stays as it was.
        let text: SecretBytes
        do {
            text = try unsafe SecretBytes(count: length) { room in try unsafe fill(room, from: descriptor) }
        } catch let stop as BackupStop { throw stop } catch { throw BackupStop(BackupError.exhausted) }
        do {
            let document = try unsafe text.withUnsafeBytes { bytes in
                try unsafe JSONDocument(copying: Span(_unsafeElements: bytes.bindMemory(to: UInt8.self)))
            }
            defer { document.wipe() }
            return try document.decode(BackupSecret.self)
        } catch { throw nothing }
    }

    /// The secret, and the kind of slot that it opens.
    func opened() throws(BackupStop) -> (secret: SecretBytes, opener: KeySlot.Opener) {
        do {
            switch (passphrase, credentialBase64, shares) {
            case (.some(let passphrase), .none, .none): return (passphrase.bytes, .passphrase)
            case (.none, .some(let text), .none): return (try SecretBytes(base64: text.bytes), .credential)
            case (.none, .none, .some(let texts)):
                return (try Share.combine(Share.parse(texts.map(\.bytes))), .shares)
            default: throw Self.nothing
            }
        } catch let stop as BackupStop { throw stop } catch let error as ShareError {
            throw BackupStop(
                .wrongKey,
                error.words,
                remedy: "Bring as many as the slot needs, each once, all of one set"
            )
        } catch { throw Self.nothing }
    }

    private static let nothing = BackupStop(
        .failed,
        "standard input brought nothing that opens a backup",
        remedy: "Run warder backup verify or warder backup restore, which ask for it"
    )

    /// The length that comes before.
    private static func word(from descriptor: Int32) throws(BackupStop) -> Int {
        var bytes: [UInt8] = [0, 0, 0, 0]
        do { try unsafe bytes.withUnsafeMutableBytes { try unsafe fill($0, from: descriptor) } } catch { throw nothing }
        return bytes.reduce(0) { $0 << 8 | Int($1) }
    }

    private static func fill(_ room: UnsafeMutableRawBufferPointer, from descriptor: Int32) throws(BackupStop) {
        var filled = 0
        while filled < room.count {
            let got = unsafe Glibc.read(descriptor, room.baseAddress?.advanced(by: filled), room.count - filled)
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { throw nothing }
            filled += got
        }
    }
}
