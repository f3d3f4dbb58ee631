/// One form for each JSON value, so that equal values have equal bytes.
///
/// The form is RFC 8785: no spaces, keys sorted by UTF-16 code units, strings with the fewest escapes
/// (`\"`, `\\`, `\b`, `\t`, `\n`, `\f`, `\r`, and `\u00xx` in lower case for the other characters below U+0020;
/// all else is literal), numbers as ECMAScript prints doubles.
///
/// It differs in one point: a number without fraction and exponent keeps its digits, so that integers beyond 2^53 are
/// not rounded. Only `-0` becomes `0`.
package enum CanonicalJSON {
    /// The canonical bytes of a value.
    ///
    /// - Throws: `JSONError.numberOutOfRange` for a number with a fraction or exponent that no finite double is near,
    ///   `.wiped`.
    package static func bytes(of node: JSONNode) throws(JSONError) -> [UInt8] {
        guard !node.document.isWiped else { throw .wiped }
        var output: [UInt8] = []
        output.reserveCapacity(Int(node.entry.end - node.entry.start))
        try append(node, to: &output)
        return output
    }

    private static func append(_ node: JSONNode, to output: inout [UInt8]) throws(JSONError) {
        switch node.kind {
        case .null, .bool:
            output += node.rawBytes
        case .number:
            try appendNumber(node, to: &output)
        case .string:
            appendString(node, to: &output)
        case .array:
            output.append(UInt8(ascii: "["))
            var isFirst = true
            for element in node.elements {
                if !isFirst { output.append(UInt8(ascii: ",")) }
                isFirst = false
                try append(element, to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object:
            try appendObject(node, to: &output)
        }
    }

    private static func appendObject(_ node: JSONNode, to output: inout [UInt8]) throws(JSONError) {
        let members = node.document.withBytes { bytes in
            node.members.sorted { left, right in
                KeyOrder.compare(left.key.entry, right.key.entry, in: bytes) < 0
            }
        }
        output.append(UInt8(ascii: "{"))
        var isFirst = true
        for (key, value) in members {
            if !isFirst { output.append(UInt8(ascii: ",")) }
            isFirst = false
            appendString(key, to: &output)
            output.append(UInt8(ascii: ":"))
            try append(value, to: &output)
        }
        output.append(UInt8(ascii: "}"))
    }

    private static func appendNumber(_ node: JSONNode, to output: inout [UInt8]) throws(JSONError) {
        if node.entry.flags.contains(.isFraction) {
            CanonicalNumber.append(try node.double(), to: &output)
        } else {
            let digits = node.rawBytes
            output += digits == Array("-0".utf8) ? [UInt8(ascii: "0")] : digits
        }
    }

    private static func appendString(_ node: JSONNode, to output: inout [UInt8]) {
        let entry = node.entry
        guard entry.flags.contains(.hasEscapes) else {
            output += node.rawBytes
            return
        }
        output.append(UInt8(ascii: "\""))
        node.document.withBytes { bytes in
            var cursor = UnescapingCursor(entry.content)
            while let byte = cursor.next(in: bytes) {
                if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                    JSONEscape.append(UInt32(byte), to: &output)
                } else {
                    output.append(byte)
                }
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}
