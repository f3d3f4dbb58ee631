import StrictJSON

/// JSON with two spaces of indentation, in the order of the source.
///
/// Strings are written by `JSONBuffer`, whose escapes keep control and bidirectional characters away from a terminal.
enum IndentedJSON {
    static func bytes(_ node: JSONNode) -> [UInt8] {
        var result: [UInt8] = []
        append(node, depth: 0, to: &result)
        result.append(UInt8(ascii: "\n"))
        return result
    }

    /// A whole value on one line, for JSON Lines.
    static func line(_ node: JSONNode) -> [UInt8] {
        var result: [UInt8] = []
        append(node, depth: nil, to: &result)
        result.append(UInt8(ascii: "\n"))
        return result
    }

    private static func append(_ node: JSONNode, depth: Int?, to result: inout [UInt8]) {
        switch node.kind {
        case .object:
            appendContainer("{", "}", Array(node.members), depth: depth, to: &result) { member, depth, result in
                appendString(member.key, to: &result)
                result.append(contentsOf: depth == nil ? ":".utf8 : ": ".utf8)
                append(member.value, depth: depth, to: &result)
            }
        case .array:
            appendContainer("[", "]", Array(node.elements), depth: depth, to: &result) { element, depth, result in
                append(element, depth: depth, to: &result)
            }
        case .string: appendString(node, to: &result)
        case .number, .bool, .null: result.append(contentsOf: node.rawBytes)
        }
    }

    private static func appendContainer<Element>(
        _ open: String,
        _ close: String,
        _ elements: [Element],
        depth: Int?,
        to result: inout [UInt8],
        _ appendElement: (Element, Int?, inout [UInt8]) -> Void
    ) {
        result.append(contentsOf: open.utf8)
        for (index, element) in elements.enumerated() {
            if index > 0 { result.append(UInt8(ascii: ",")) }
            appendBreak(depth.map { $0 + 1 }, to: &result)
            appendElement(element, depth.map { $0 + 1 }, &result)
        }
        if !elements.isEmpty { appendBreak(depth, to: &result) }
        result.append(contentsOf: close.utf8)
    }

    private static func appendBreak(_ depth: Int?, to result: inout [UInt8]) {
        guard let depth else { return }
        result.append(UInt8(ascii: "\n"))
        result.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
    }

    private static func appendString(_ node: JSONNode, to result: inout [UInt8]) {
        var buffer = JSONBuffer()
        buffer.string((try? node.string(allowingNUL: true)) ?? "")
        result.append(contentsOf: buffer.bytes)
    }
}
