/// The field with 256 elements: polynomials over GF(2) modulo x^8 + x^4 + x^3 + x + 1 (0x11B, FIPS 197 §4.2). Sum and
/// difference are the exclusive or.
///
/// Elements may be secret. No branch and no address depends on one: a table of logarithms would tell, through the
/// cache, which of its lines were read.
enum GF256 {
    /// Bits 7 to 0 of the polynomial; bit 8 is what a shift loses.
    private static let reduction: UInt8 = 0x1b

    /// The product, always in eight steps.
    static func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var result: UInt8 = 0
        var multiple = left
        for bit in 0..<UInt8(8) {
            result ^= multiple & mask(right &>> bit)
            multiple = (multiple &<< 1) ^ (reduction & mask(multiple &>> 7))
        }
        return result
    }

    /// What times `element` is 1; zero for zero, which has none. It is the 254th power, because the 255th of every
    /// other element is 1.
    static func inverse(_ element: UInt8) -> UInt8 {
        var result: UInt8 = 1
        var power = element
        // 254 = 2 + 4 + … + 128.
        for _ in 1...7 {
            power = product(power, power)
            result = product(result, power)
        }
        return result
    }

    /// All ones where the lowest bit is one, else zero.
    private static func mask(_ bit: UInt8) -> UInt8 { 0 &- (bit & 1) }
}
