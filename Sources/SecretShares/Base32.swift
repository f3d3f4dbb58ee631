/// Digits of base 32: `0-9`, then `a-z` without `i`, `l`, `o` and `u`, which are taken for `1`, `0` and `v`.
///
/// Digits may be secret. No branch and no address depends on one.
enum Base32 {
    /// What ``value(of:)`` has set for a character that is no digit, and for no digit.
    static let unknown: UInt8 = 0x80

    /// The digits in the order of their values: letters that follow each other in ASCII, and what lies between a
    /// character and its value.
    private static let runs: [(first: UInt8, last: UInt8, distance: UInt8)] = [
        (0x30, 0x39, 48),  // 0-9
        (0x61, 0x68, 87),  // a-h
        (0x6a, 0x6b, 88),  // j-k
        (0x6d, 0x6e, 89),  // m-n
        (0x70, 0x74, 90),  // p-t
        (0x76, 0x7a, 91),  // v-z
    ]

    /// The digit of a value from 0 to 31.
    static func digit(_ value: UInt8) -> UInt8 {
        var digit: UInt8 = 0
        for run in runs {
            let character = value &+ run.distance
            digit |= character & mask(run.first, through: run.last, has: character)
        }
        return digit
    }

    /// The value of a digit, or ``unknown``.
    static func value(of character: UInt8) -> UInt8 {
        var value: UInt8 = 0
        var isKnown: UInt8 = 0
        for run in runs {
            let isHere = mask(run.first, through: run.last, has: character)
            value |= isHere & (character &- run.distance)
            isKnown |= isHere
        }
        return value | (unknown & ~isKnown)
    }

    /// All ones where `character` lies in the range, else zero.
    private static func mask(_ first: UInt8, through last: UInt8, has character: UInt8) -> UInt8 {
        ~(borrow(character, first) | borrow(last, character))
    }

    /// All ones where `left` is less than `right`, else zero: the upper half of their difference in twice the bits.
    private static func borrow(_ left: UInt8, _ right: UInt8) -> UInt8 {
        UInt8(truncatingIfNeeded: (UInt16(left) &- UInt16(right)) &>> 8)
    }
}
