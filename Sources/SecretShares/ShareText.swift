import SecretMemory

/// The spelling of a share: a prefix, then digits of ``Base32`` in groups of four with a dash between them.
/// docs/formats/share.md, "Text".
///
/// The prefix lets secret scanners find one; it differs from that of a token, so that neither is taken for the other.
enum ShareText {
    private static let prefix = Array("wdr_s_".utf8)
    private static let dash = UInt8(ascii: "-")
    private static let groupLength = 4

    /// Lengths that a share can have: 28 bytes beside 16 to 64 of the share itself.
    private static let byteCounts = 44...92

    /// Digits for so many bytes, the last one filled up with zero bits.
    private static func digitCount(ofBytes count: Int) -> Int { (count * 8 + 4) / 5 }

    /// Where a digit stands behind the prefix.
    private static func place(ofDigit index: Int, isGrouped: Bool) -> Int {
        isGrouped ? index + index / groupLength : index
    }

    /// The grouped spelling.
    static func encode(_ bytes: SecretBytes) throws(SecretMemoryError) -> SecretBytes {
        let digitCount = digitCount(ofBytes: bytes.count)
        let length = prefix.count + place(ofDigit: digitCount - 1, isGrouped: true) + 1
        return try unsafe SecretBytes(count: length) { output in
            for place in 0..<length { unsafe output[place] = dash }
            unsafe output.copyBytes(from: prefix)
            unsafe bytes.withUnsafeBytes { bytes in
                for index in 0..<digitCount {
                    // Five bits from two neighbouring bytes; behind the last byte there are zeros.
                    let (byte, shift) = (index * 5 / 8, index * 5 % 8)
                    let next = byte + 1 < bytes.count ? unsafe bytes[byte + 1] : 0
                    let pair = unsafe UInt16(bytes[byte]) &<< 8 | UInt16(next)
                    let value = UInt8(truncatingIfNeeded: pair &>> UInt16(11 - shift)) & 31
                    let place = prefix.count + place(ofDigit: index, isGrouped: true)
                    unsafe output[place] = Base32.digit(value)
                }
            }
        }
    }

    /// The bytes of either spelling; `nil` for anything else.
    ///
    /// Every character is looked at before the answer, so that it does not show by its time which one is wrong.
    static func decode(_ text: SecretBytes) throws(SecretMemoryError) -> SecretBytes? {
        guard let shape = Shape(text) else { return nil }
        var mistakes: UInt8 = 0
        let bytes = try unsafe SecretBytes(count: shape.byteCount) { output in
            mistakes = unsafe text.withUnsafeBytes { unsafe decode($0, shape, into: output) }
        }
        return mistakes == 0 ? bytes : nil
    }

    /// What a text's length and its fifth character behind the prefix say of it. Neither is secret.
    private struct Shape {
        let isGrouped: Bool
        let digitCount: Int
        let byteCount: Int

        init?(_ text: SecretBytes) {
            let length = text.count - prefix.count
            guard length > groupLength else { return nil }
            isGrouped = unsafe text.withUnsafeBytes { unsafe $0[prefix.count + groupLength] == dash }
            digitCount = isGrouped ? length - length / (groupLength + 1) : length
            byteCount = digitCount * 5 / 8
            // One length in digits for each length in bytes, and no dash behind the last group.
            guard byteCounts.contains(byteCount), digitCount == ShareText.digitCount(ofBytes: byteCount),
                place(ofDigit: digitCount - 1, isGrouped: isGrouped) == length - 1
            else { return nil }
        }
    }

    /// Zero when every character is one that has to be there.
    private static func decode(
        _ text: UnsafeRawBufferPointer,
        _ shape: Shape,
        into output: UnsafeMutableRawBufferPointer
    ) -> UInt8 {
        var mistakes: UInt8 = 0
        for index in prefix.indices { unsafe mistakes |= text[index] ^ prefix[index] }
        // Fewer than eight bits that are not yet a byte, and five more.
        var bits: UInt16 = 0
        var bitCount: UInt16 = 0
        var written = 0
        for index in 0..<shape.digitCount {
            let place = prefix.count + place(ofDigit: index, isGrouped: shape.isGrouped)
            if shape.isGrouped, index > 0, index % groupLength == 0 { unsafe mistakes |= text[place - 1] ^ dash }
            let value = unsafe Base32.value(of: text[place])
            mistakes |= value & Base32.unknown
            bits = bits &<< 5 | UInt16(value & 31)
            bitCount += 5
            if bitCount >= 8 {
                bitCount -= 8
                unsafe output[written] = UInt8(truncatingIfNeeded: bits &>> bitCount)
                written += 1
            }
        }
        // What fills up the last digit has to be zero, or a share would have several spellings.
        return mistakes | UInt8(truncatingIfNeeded: bits & (1 &<< bitCount &- 1))
    }
}
