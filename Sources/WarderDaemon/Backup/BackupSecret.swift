import Glibc
import SecretMemory
import Sealing
import StrictJSON

/// What opens a backup, as it comes over standard input: a length in 4 bytes, big-endian, and so many bytes of JSON with
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
        let length = try bytes(4, from: descriptor).reduce(0) { $0 << 8 | Int($1) }
        guard (2...maximumBytes).contains(length) else { throw nothing }
        let document: JSONDocument
        do { document = try JSONDocument(parsing: bytes(length, from: descriptor)) } catch { throw nothing }
        do { return try document.decode(BackupSecret.self) } catch { throw nothing }
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
        } catch let stop as BackupStop { throw stop } catch is ShareError {
            throw BackupStop(
                .wrongKey,
                "the shares do not go together, or one has a typing mistake",
                remedy: "Bring as many as the slot needs, all of one set"
            )
        } catch { throw Self.nothing }
    }

    private static let nothing = BackupStop(
        .failed,
        "standard input brought nothing that opens a backup",
        remedy: "Run warder backup verify or warder backup restore, which ask for it"
    )

    private static func bytes(_ count: Int, from descriptor: Int32) throws(BackupStop) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = unsafe bytes.withUnsafeMutableBytes { room in
                unsafe Glibc.read(descriptor, room.baseAddress?.advanced(by: filled), count - filled)
            }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { throw nothing }
            filled += got
        }
        return bytes
    }
}
