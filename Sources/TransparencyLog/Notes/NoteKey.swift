package import WarderCrypto

/// The public key of a log as auditors keep it: a C2SP signed-note verifier key of Ed25519,
/// `name+id+base64(01 ‖ key)`.
package struct NoteKey: Hashable, Sendable {
    package let name: NoteName
    package let key: VerifyingKey

    /// Signed-note type of Ed25519.
    private static let ed25519: UInt8 = 1

    package init(name: NoteName, key: VerifyingKey) {
        self.name = name
        self.key = key
    }

    /// - Throws: ``NoteError/name``, ``NoteError/key``, ``NoteError/keyType``.
    package init(_ text: some StringProtocol) throws(NoteError) {
        // Base64 may have a `+` of its own.
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let material = Base64.decode(parts[2]), let type = material.first else { throw .key }
        let name = try NoteName(parts[0])
        guard type == Self.ed25519 else { throw .keyType }
        guard let key = try? VerifyingKey(Array(material.dropFirst())),
            Hexadecimal.encode(Self.id(name.text, key.bytes)).utf8.elementsEqual(parts[1].utf8)
        else { throw .key }
        self.init(name: name, key: key)
    }

    /// The verifier key's text.
    package var text: String { Self.text(name: name.text, publicKey: key.bytes) }

    /// Four bytes that say in a signature line which key it is of.
    package var id: [UInt8] { Self.id(name.text, key.bytes) }

    /// Text of the verifier key with this name and Ed25519 public key, for those who know that the name is fit.
    package static func text(name: String, publicKey: [UInt8]) -> String {
        "\(name)+\(Hexadecimal.encode(id(name, publicKey)))+\(Base64.encode([ed25519] + publicKey))"
    }

    private static func id(_ name: String, _ publicKey: [UInt8]) -> [UInt8] {
        Array(SHA256Digest.hash(Array(name.utf8) + [0x0A, ed25519] + publicKey).prefix(4))
    }
}
