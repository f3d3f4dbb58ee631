import WarderModel

/// Texts that events are looked for by, checked before the vault is asked.
enum FilterText {
    /// Longest text that the vault looks for, in bytes.
    private static let maximumBytes = 512

    /// Any text of a reasonable length.
    static func any(_ text: String) throws -> String {
        guard !text.isEmpty, text.utf8.count <= maximumBytes else {
            throw InputError("a text to look for has 1 to \(maximumBytes) bytes")
        }
        return text
    }

    /// Who did something, as the log has it.
    static func actor(_ text: String) throws -> String {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let isKnown =
            switch (parts.first, parts.count) {
            case ("vault", 1): true
            case ("operator", 2): (try? OperatorName(parts[1])) != nil
            case ("uid", 2), ("process", 2): UInt32(parts[1]).map(String.init) == parts[1]
            default: false
            }
        guard isKnown else {
            guard parts.count == 1, let name = try? OperatorName(text) else {
                throw InputError("write operator:NAME, uid:NUMBER, process:NUMBER or vault")
            }
            throw InputError("write operator:\(name) for an operator; servers are looked for with --server")
        }
        return text
    }

    /// A W3C trace id, alone or within a `traceparent`, in lower case as the log has it.
    static func trace(_ text: String) throws -> String {
        let parts = text.lowercased().split(separator: "-", omittingEmptySubsequences: false)
        guard let id = parts.count == 1 ? parts.first : parts.count >= 4 ? parts[1] : nil,
            id.utf8.count == 32, id.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) })
        else { throw InputError("a trace has 32 hexadecimal digits") }
        return String(id)
    }

    /// `field=value`.
    static func condition(_ text: String) throws -> KeyValue {
        let pair = try KeyValue.parse(text)
        _ = try any(pair.value)
        return pair
    }
}
