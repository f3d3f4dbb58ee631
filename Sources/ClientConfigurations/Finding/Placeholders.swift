/// Values that stand where a secret should be, and are none.
enum Placeholders {
    /// Whether the whole of it is replaced by a client, a shell or another vault before a program sees it.
    static func isReference(_ bytes: ArraySlice<UInt8>) -> Bool {
        let bytes = bytes.trimmed
        guard let first = bytes.first, let last = bytes.last, bytes.count >= 2 else { return false }
        let inner = bytes.dropFirst()
        switch first {
        case UInt8(ascii: "$"):
            guard let second = inner.first else { return false }
            if second == UInt8(ascii: "{") { return closes(inner, with: UInt8(ascii: "}")) }
            if second == UInt8(ascii: "(") { return closes(inner, with: UInt8(ascii: ")")) }
            // In capitals, as variables are: a password may begin with a dollar as well.
            return !second.isDigit && isVariable(inner)
        case UInt8(ascii: "%"):
            return last == first && bytes.count > 2 && isVariable(inner.dropLast())
        case UInt8(ascii: "{"):
            // `{{name}}` of templates, and `{NAME}` of `warder mcp connect`.
            if bytes.hasPrefix("{{") { return bytes.suffix(2).elementsEqual("}}".utf8) }
            let name = inner.dropLast()
            return last == UInt8(ascii: "}") && !name.isEmpty
                && name.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "_") }
        case UInt8(ascii: "`"): return last == first && bytes.count > 2
        default:
            return ["op://", "vault://", "secret://", "keychain://", "bws://"].contains { bytes.hasPrefix($0) }
        }
    }

    /// Whether something in it is replaced, so that the value that a program gets is not the one that stands there.
    static func containsReference(_ bytes: ArraySlice<UInt8>) -> Bool {
        for open in ["${", "$(", "{{"] {
            guard let found = bytes.firstRange(of: Array(open.utf8)) else { continue }
            let closing = open == "$(" ? UInt8(ascii: ")") : UInt8(ascii: "}")
            if bytes[found.upperBound...].contains(closing) { return true }
        }
        return false
    }

    /// What stands behind `:-` in `${NAME:-default}`.
    static func defaultOfReference(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard bytes.hasPrefix("${"), isReference(bytes), let mark = bytes.firstRange(of: Array(":-".utf8)) else {
            return nil
        }
        return bytes[mark.upperBound...].dropLast()
    }

    /// Whether it is what a page of instructions writes for a value.
    static func isPlaceholder(_ bytes: ArraySlice<UInt8>) -> Bool {
        var text = bytes.trimmed
        if let first = text.first, let last = text.last, text.count >= 2 {
            let pairs: [(String, String)] = [("<", ">"), ("[", "]")]
            for (open, close) in pairs where open.utf8.first == first && close.utf8.first == last { return true }
        }
        text = text.trimmed
        guard !text.isEmpty else { return true }
        // `xxx`, `***`, `...`, `0000`, also behind a prefix: `ghp_xxxxxxxx`.
        let body = text.ending { $0.isAlphanumeric || "*.".utf8.contains($0) }
        if let filler = body.first, "xX*.0".utf8.contains(filler), body.count >= 3, Set(body).count == 1 { return true }
        // `TU_TOKEN_AQUI`: in capitals, as the name of what belongs here.
        let isShouted = text.allSatisfy { $0.isUpper || $0 == UInt8(ascii: "_") || $0.isSpace }
        if isShouted, text.contains(UInt8(ascii: "_")) { return true }
        let words = text.lowercased.split { !($0.isLetter || $0.isNumber) }.map(String.init)
        let joined = words.joined()
        if wholes.contains(joined) || joined.hasSuffix("examplekey") || joined.hasSuffix("example") { return true }
        return words.count >= 2 && words.contains { parts.contains($0) } && Randomness.entropy(text) < 4.2
            || ["yourtoken", "yourapikey", "yourkey", "yoursecret", "yourpassword", "xxxx"].contains {
                joined.hasPrefix($0)
            }
    }

    private static let wholes: Set<String> = [
        "changeme", "changeit", "replaceme", "replacethis", "placeholder", "example", "todo", "tbd", "none", "null",
        "undefined", "redacted", "hidden", "removed", "secret", "password", "token", "apikey", "key", "value", "dummy",
        "fake", "sample", "insert", "inserthere", "fillme", "fillin", "mytoken", "mysecret", "mypassword", "myapikey",
        "yourtoken", "yoursecret", "yourpassword", "yourapikey", "abc", "abc123", "foo", "bar", "foobar",
        "pass", "passwd", "12345", "123456", "12345678", "123456789", "1234567890",
    ]

    private static let parts: Set<String> = [
        "your", "here", "changeme", "replace", "placeholder", "example", "insert", "dummy", "sample", "todo",
        "redacted", "xxx", "xxxx", "xxxxx", "xxxxxx", "xxxxxxxx",
    ]

    private static func isVariable(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.allSatisfy { $0.isUpper || $0.isDigit || $0 == UInt8(ascii: "_") }
    }

    private static func closes(_ bytes: ArraySlice<UInt8>, with closing: UInt8) -> Bool {
        // `${A}-${B}` has a second opening: not one reference.
        bytes.last == closing && bytes.dropLast().lastIndex(of: closing) == nil
    }
}
