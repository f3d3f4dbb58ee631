import Foundation
import WarderLinux

/// SHA-256 by coreutils: an implementation that shares nothing with the product.
struct CommandDigest: StreamingDigest {
    private var bytes = Data()

    mutating func update(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe self.bytes.append(contentsOf: $0) }
    }

    mutating func finish() -> [UInt8] {
        // An empty digest fails every comparison.
        guard let hex = try? Tool.run(["sha256sum"], input: bytes).prefix(64) else { return [] }
        return stride(from: 0, to: 64, by: 2).compactMap { offset in
            let start = hex.index(hex.startIndex, offsetBy: offset)
            return UInt8(hex[start..<hex.index(start, offsetBy: 2)], radix: 16)
        }
    }
}
