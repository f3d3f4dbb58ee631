extension JSONNode {
    /// What a JSON pointer leads to from here, spelled as the fragment of a URI (RFC 6901, sections 4 and 6): `#` is the
    /// node itself, `#/a/0` the first element of its member `a`.
    ///
    /// - Returns: `nil` where it leads to nothing, and for a text that is no such fragment.
    package func target(of fragment: String) -> JSONNode? {
        guard fragment == "#" || fragment.hasPrefix("#/") else { return nil }
        var target = self
        for token in fragment.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            guard let next = target.step(Self.unescaped(token)) else { return nil }
            target = next
        }
        return target
    }

    private func step(_ token: String) -> JSONNode? {
        guard kind == .array else { return member(token) }
        guard let index = Int(token), index >= 0 else { return nil }
        return elements.dropFirst(index).first { _ in true }
    }

    private static func unescaped(_ token: Substring) -> String {
        guard token.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "~") }) else {
            return String(token)
        }
        var bytes: [UInt8] = []
        var rest = token.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.split(separator: "~1", omittingEmptySubsequences: false).joined(separator: "/")
            .split(separator: "~0", omittingEmptySubsequences: false).joined(separator: "~")
    }
}
