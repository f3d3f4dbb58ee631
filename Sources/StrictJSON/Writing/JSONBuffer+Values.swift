extension JSONBuffer {
    /// Writes a value of a document anew, on one line: numbers as they stand there, strings with the buffer's own
    /// escapes.
    package mutating func value(_ node: JSONNode) {
        switch node.kind {
        case .object:
            beginObject()
            for (key, value) in node.members {
                self.key(key)
                self.value(value)
            }
            endObject()
        case .array:
            beginArray()
            for element in node.elements { value(element) }
            endArray()
        case .string: text(node)
        case .number, .bool, .null: raw(node.rawBytes)
        }
    }

    /// Writes a key of a document.
    package mutating func key(_ node: JSONNode) {
        text(node)
        endKey()
    }

    private mutating func text(_ node: JSONNode) {
        guard node.entry.flags.contains(.hasEscapes) else {
            return node.document.withBytes { text($0.extracting(node.entry.content)) }
        }
        // Accepted by the scanner, so that nothing but U+0000 could be refused.
        string((try? node.string(allowingNUL: true)) ?? "")
    }
}
