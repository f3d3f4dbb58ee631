import FoundationEssentials
import Sealing
import WarderCore
import WarderCrypto
import WarderModel

/// The log's public key as auditors keep it: a C2SP signed-note verifier key, `name+id+base64(type ‖ key)`.
enum LogKey {
    /// Signed-note type of Ed25519.
    private static let ed25519: UInt8 = 1

    /// The name under which a vault signs its log: fixed by the vault's id.
    static func name(_ vault: RecordID) -> String { "warder.log/\(vault)" }

    static func text(_ foundation: Foundation) -> String {
        let name = name(foundation.vault)
        let material = [ed25519] + foundation.logKey
        let id = SHA256Digest.hash(Array(name.utf8) + [0x0A] + material).prefix(4)
        return "\(name)+\(Hex.encode(id))+\(Data(material).base64EncodedString())"
    }
}
