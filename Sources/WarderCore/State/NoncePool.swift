import Locking
import SecretMemory
import WarderModel

/// Random ids drawn from the kernel 256 at a time: a system call for each would be felt on the hot path.
///
/// For values that must be unpredictable to others, not secret from this process: event nonces and record ids.
final class NoncePool: Sendable {
    private let words = Locked<[UInt64]>([])

    func next() -> RecordID {
        words.withLock { words in
            if words.count < 2 { words = Self.draw() }
            return RecordID(high: words.removeLast(), low: words.removeLast())
        }
    }

    private static func draw() -> [UInt64] {
        let bytes = SecureRandom.bytes(count: 4096)
        return stride(from: 0, to: bytes.count, by: 8).map { offset in
            bytes[offset..<offset + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
    }
}
