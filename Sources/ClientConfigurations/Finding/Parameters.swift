/// Settings inside a value: `?api_key=…&x=1`, `Server=…;Password=…`, `host=… password=…`.
enum Parameters {
    /// Every setting that is called like a secret, with its value.
    static func find(in text: ArraySlice<UInt8>) -> [SecretSpan] {
        var found: [SecretSpan] = []
        var at = text.startIndex
        while let equals = text[at...].firstIndex(of: UInt8(ascii: "=")) {
            at = equals + 1
            guard let setting = setting(at: equals, in: text) else { continue }
            if !setting.value.isEmpty, let meaning = SecretNames.meaning(of: setting.name),
                isPromised(setting.value, meaning)
            {
                let isSure = ValueReader.evidence(of: setting.value, meaning: meaning) == .name
                let range = setting.value.startIndex..<setting.value.endIndex
                found.append(SecretSpan(range: range, evidence: isSure ? .parameter : .ambiguous))
                at = max(at, setting.value.endIndex)
            }
        }
        return found
    }

    /// `?code=` of Azure is a key, and others' is a country.
    private static func isPromised(_ value: ArraySlice<UInt8>, _ meaning: SecretNames.Meaning) -> Bool {
        switch meaning {
        case .chance: Randomness.isLikely(value)
        case .proof, .password, .key, .item, .authorization: ValueReader.innocence(of: value, meaning: meaning) == nil
        }
    }

    private static func setting(at equals: Int, in text: ArraySlice<UInt8>) -> (name: String, value: ArraySlice<UInt8>)?
    {
        var end = equals
        while end > text.startIndex, text[end - 1] == UInt8(ascii: " ") { end -= 1 }
        var start = end
        while start > text.startIndex, text[start - 1].isWord || text[start - 1] == UInt8(ascii: ".") { start -= 1 }
        guard start < end else { return nil }
        let before = start > text.startIndex ? text[start - 1] : nil
        if let before, !before.isSpace, !";&?,\"'{(".utf8.contains(before) { return nil }
        let name = String(decoding: text[start..<end], as: UTF8.self)
        var value = text[(equals + 1)...]
        if before == UInt8(ascii: "?") || before == UInt8(ascii: "&") {
            return (name, value.prefix { !"&#; \"'".utf8.contains($0) })
        }
        let isSemicolonStyle = text.contains(UInt8(ascii: ";"))
        value = value.drop { $0 == UInt8(ascii: " ") }
        if let quote = value.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            let inner = value.dropFirst()
            if let close = inner.firstIndex(of: quote) { return (name, inner[..<close]) }
        }
        return (name, value.prefix { isSemicolonStyle ? $0 != UInt8(ascii: ";") : !$0.isSpace }.trimmed)
    }
}
