extension JSONNode {
    /// The integer, in the range of `Int64`.
    ///
    /// `1.0`, `1e2` and `-0` are not integers here: an integer has one spelling.
    ///
    /// - Throws: `JSONError.unexpectedKind` for any other kind, `.notAnInteger`, `.numberOutOfRange`.
    package func int() throws(JSONError) -> Int64 {
        let entry = try expect(.number)
        guard !entry.flags.contains(.isFraction) else { throw .notAnInteger(at: offset) }
        return try document.withBytes { bytes throws(JSONError) in
            var at = Int(entry.start)
            let isNegative = bytes[at] == UInt8(ascii: "-")
            if isNegative { at &+= 1 }
            // Counted downwards, because there is one more negative number than positive ones.
            var value: Int64 = 0
            while at < Int(entry.end) {
                let digit = Int64(bytes[at] &- UInt8(ascii: "0"))
                let (product, overflow) = value.multipliedReportingOverflow(by: 10)
                let (difference, underflow) = product.subtractingReportingOverflow(digit)
                guard !overflow, !underflow else { throw .numberOutOfRange(at: offset) }
                value = difference
                at &+= 1
            }
            if isNegative {
                guard value != 0 else { throw .notAnInteger(at: offset) }
                return value
            }
            guard value != .min else { throw .numberOutOfRange(at: offset) }
            return 0 - value
        }
    }

    /// The number rounded to the nearest double; any JSON spelling is accepted.
    ///
    /// - Throws: `JSONError.unexpectedKind` for any other kind, `.numberOutOfRange` beyond the finite doubles.
    package func double() throws(JSONError) -> Double {
        _ = try expect(.number)
        guard let value = Double(String(decoding: rawBytes, as: UTF8.self)), value.isFinite else {
            throw .numberOutOfRange(at: offset)
        }
        return value
    }
}
