/// `key=value` from the command line; the value may hold further equals signs.
package struct KeyValue: Equatable, Sendable {
    package let key: String
    package let value: String

    /// For `transform:` of an option.
    package static func parse(_ text: String) throws -> KeyValue {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
            throw InputError("write it as key=value")
        }
        return KeyValue(key: String(text[..<equals]), value: String(text[text.index(after: equals)...]))
    }

    /// The pairs as a dictionary.
    ///
    /// - Throws: `.usage` when a key comes twice.
    package static func dictionary(_ pairs: [KeyValue]) throws(CommandFailure) -> [String: String] {
        var result: [String: String] = [:]
        for pair in pairs {
            guard result.updateValue(pair.value, forKey: pair.key) == nil else {
                throw .usage("the same key is given twice: \(TerminalText.escaped(pair.key))")
            }
        }
        return result
    }
}
