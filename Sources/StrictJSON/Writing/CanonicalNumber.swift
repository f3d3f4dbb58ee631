/// Doubles as ECMAScript prints them (ECMA-262, Number::toString; RFC 8785, section 3.2.2.3).
enum CanonicalNumber {
    /// Appends a finite number.
    ///
    /// Swift's description has the same digits, the shortest that read back as the same double; only the placing of the
    /// point and the exponent differ.
    static func append(_ value: Double, to output: inout [UInt8]) {
        guard value != 0 else { return output.append(UInt8(ascii: "0")) }
        if value < 0 { output.append(UInt8(ascii: "-")) }
        let (digits, point) = decimal(value.magnitude)
        let zero = UInt8(ascii: "0")
        switch point {
        case digits.count...21:
            output += digits
            output += repeatElement(zero, count: point - digits.count)
        case 1...21:
            output += digits[..<point]
            output.append(UInt8(ascii: "."))
            output += digits[point...]
        case -5...0:
            output += [zero, UInt8(ascii: ".")]
            output += repeatElement(zero, count: -point)
            output += digits
        default:
            output.append(digits[0])
            if digits.count > 1 {
                output.append(UInt8(ascii: "."))
                output += digits[1...]
            }
            output += [UInt8(ascii: "e"), UInt8(ascii: point > 0 ? "+" : "-")]
            output += String((point - 1).magnitude).utf8
        }
    }

    /// The significant digits, and where the point stands counted from their left end: 0.012 is ("12", -1).
    private static func decimal(_ value: Double) -> (digits: [UInt8], point: Int) {
        let description = value.description
        let parts = description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        var digits = mantissa.flatMap { Array($0.utf8) }
        var point = mantissa[0].utf8.count + exponent
        let leadingZeros = digits.prefix { $0 == UInt8(ascii: "0") }.count
        digits.removeFirst(leadingZeros)
        point -= leadingZeros
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        return (digits, point)
    }
}
