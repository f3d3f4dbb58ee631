import SecretMemory
import TransparencyLog
import WarderCrypto

/// Keys that are always the same.
enum Keys {
    static let name = "vault.example.internal/audit"

    static func signer(_ start: UInt8 = 0, name: String = Self.name) throws -> NoteSigner {
        let seed = try SecretBytes(copying: (0..<32).map { start &+ UInt8($0) })
        return NoteSigner(name: try NoteName(name), key: try SigningKey(seed: seed))
    }
}

extension [UInt8] {
    var text: String { String(decoding: self, as: UTF8.self) }
}

extension String {
    var bytes: [UInt8] { Array(utf8) }
}
