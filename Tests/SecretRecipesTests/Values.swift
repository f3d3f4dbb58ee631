import SecretMemory
import Testing

@testable import SecretRecipes

extension SecretBytes {
    /// For tests alone.
    var characters: [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }
    var text: String { String(decoding: characters, as: UTF8.self) }
}

/// Generators that must not pass for `SecureRandom.uniform`.
enum Biased {
    /// A byte's remainder: smaller numbers come up more often whenever the bound does not divide 256.
    static func modulo(_ bound: UInt32) -> UInt32 { UInt32(SecureRandom.bytes(count: 1)[0]) % bound }
}
