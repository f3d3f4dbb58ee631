import StrictJSON

/// One argument that differs between two calls.
package struct ArgumentChange: Sendable, Equatable {
    /// Where it lies, as a JSON Pointer (RFC 6901); empty for the arguments themselves.
    package let pointer: String
    /// Canonical JSON; `nil` where there was nothing.
    package let before: String?
    /// Canonical JSON; `nil` where there is nothing any more.
    package let after: String?

    /// By pointer. `nil` where one of the two is missing, or cannot be read.
    static func between(_ before: String?, _ after: String?) -> [ArgumentChange]? {
        if before == after { return [] }
        guard let before = before.flatMap(leaves), let after = after.flatMap(leaves) else { return nil }
        return Set(before.keys).union(after.keys).sorted().compactMap { pointer in
            before[pointer] == after[pointer]
                ? nil : ArgumentChange(pointer: pointer, before: before[pointer], after: after[pointer])
        }
    }

    /// Every value that holds no other, and every empty one that could, by pointer.
    static func leaves(_ text: String) -> [String: String]? {
        let bytes = Array(text.utf8)
        do {
            let document = try JSONDocument(copying: bytes.span)
            var leaves: [String: String] = [:]
            try collect(document.root, "", &leaves)
            return leaves
        } catch { return nil }
    }

    private static func collect(
        _ node: JSONNode,
        _ pointer: String,
        _ leaves: inout [String: String]
    ) throws(JSONError) {
        var isLeaf = true
        for (key, value) in node.members {
            isLeaf = false
            try collect(value, pointer + "/" + escaped(try key.string(allowingNUL: true)), &leaves)
        }
        for (index, value) in node.elements.enumerated() {
            isLeaf = false
            try collect(value, pointer + "/\(index)", &leaves)
        }
        if isLeaf { leaves[pointer] = String(decoding: try CanonicalJSON.bytes(of: node), as: UTF8.self) }
    }

    private static func escaped(_ key: String) -> String {
        var text = ""
        for scalar in key.unicodeScalars {
            switch scalar {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
