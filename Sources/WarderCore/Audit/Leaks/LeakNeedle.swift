import Locking
import Sealing
package import SecretMemory
import WarderCrypto
import WarderModel

/// A value that somebody found somewhere, until its fingerprints are known: then it is let go of, long before the walk
/// through the log ends.
package final class LeakNeedle: Sendable {
    private let value: Locked<SecretBytes?>

    package init(_ value: SecretBytes) { self.value = Locked(value) }

    /// The value, once.
    func take() -> SecretBytes? {
        value.withLock { value in
            defer { value = nil }
            return value
        }
    }
}

/// What the log says of a value in place of the value: its fingerprints under every key that the log was written with.
struct LeakFingerprints {
    /// How a stored value may differ from the one that is looked for.
    enum Difference: Sendable, Equatable {
        case none
        /// One of the two ends in a line break, which editors and `echo` add.
        case lineBreak
    }

    private var known: [String: Difference] = [:]

    /// - Throws: `exhausted` when there is no locked memory.
    init(of value: SecretBytes, under ring: KeyRing) throws(DeepCheck.Stop) {
        do {
            for entry in ring.entries where entry.purpose == .fingerprint {
                let key = try KeyedHashKey(entry.key)
                for other in try Self.withOtherEnd(value) {
                    known[Hex.encode(KeyedHash.hash(other, key: key, label: "value"))] = .lineBreak
                }
                known[Hex.encode(KeyedHash.hash(value, key: key, label: "value"))] = Difference.none
            }
        } catch { throw .exhausted }
    }

    /// `nil` for the fingerprint of another value.
    subscript(_ fingerprint: Substring) -> Difference? { known[String(fingerprint)] }

    /// The value with another end: without a line break, with one, with one as Windows writes it.
    private static func withOtherEnd(_ value: SecretBytes) throws -> [SecretBytes] {
        let end = unsafe value.withUnsafeBytes { bytes in
            guard unsafe bytes.last == UInt8(ascii: "\n") else { return bytes.count }
            return unsafe bytes.dropLast().last == UInt8(ascii: "\r") ? bytes.count - 2 : bytes.count - 1
        }
        guard end > 0 else { return [] }
        let ends: [[UInt8]] = [[], [0x0A], [0x0D, 0x0A]]
        var others: [SecretBytes] = []
        for lineBreak in ends where end + lineBreak.count != value.count {
            others.append(try with(lineBreak, behind: end, of: value))
        }
        return others
    }

    private static func with(_ lineBreak: [UInt8], behind end: Int, of value: SecretBytes) throws -> SecretBytes {
        try unsafe SecretBytes(count: end + lineBreak.count) { room in
            unsafe value.withUnsafeBytes { bytes in
                unsafe room.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<end]))
            }
            for (index, byte) in lineBreak.enumerated() { unsafe room[end + index] = byte }
        }
    }
}
