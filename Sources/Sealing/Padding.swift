/// Hides lengths: a byte 0x80 and zeros up to the next multiple of 64 (ISO/IEC 7816-4), so that a PIN and a key look
/// alike.
enum Padding {
    static let bucket = 64

    static func paddedCount(_ count: Int) -> Int { (count / bucket + 1) * bucket }

    static func add(to bytes: inout [UInt8]) {
        let target = paddedCount(bytes.count)
        bytes.append(0x80)
        bytes.append(contentsOf: repeatElement(0, count: target - bytes.count))
    }

    /// Length without the padding; `nil` when there is none, or more than there must be. The bytes were authenticated
    /// before, so timing tells nobody anything.
    static func contentCount(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard unsafe !bytes.isEmpty, bytes.count.isMultiple(of: bucket) else { return nil }
        var index = bytes.count - 1
        while unsafe bytes[index] == 0 {
            guard index > 0 else { return nil }
            index -= 1
        }
        guard unsafe bytes[index] == 0x80, bytes.count == paddedCount(index) else { return nil }
        return index
    }
}
