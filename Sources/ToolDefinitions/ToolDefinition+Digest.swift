import WarderCrypto
import WarderModel

extension ToolDefinition {
    /// SHA-256 of ``canonicalBytes``, 64 lowercase hexadecimal digits.
    ///
    /// Plain, without a key or a label: whoever holds a server's list can compute it with common tools.
    package var digest: String { Hex.encode(SHA256Digest.hash(canonicalBytes)) }
}
