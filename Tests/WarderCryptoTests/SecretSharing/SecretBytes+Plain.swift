import RandomTesting
import SecretMemory

extension SeededGenerator {
    mutating func secret(_ count: Int) throws -> SecretBytes { try SecretBytes(copying: bytes(count)) }
}

extension SecretBytes {
    var plain: [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }
}
