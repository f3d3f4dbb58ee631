/// What the OAuth scopes of an operation say.
struct ScopeReading {
    /// The verb of the scopes, where every alternative needs one that writes and none that reads.
    let writes: String?

    init(_ alternatives: [[String]]) {
        var verb: String?
        for scopes in alternatives {
            let words = scopes.map { Words.of($0) }
            let reads = words.contains { !Self.reading.isDisjoint(with: $0) }
            let writing = words.lazy.flatMap(\.self).compactMap { word in Self.writing.first { $0 == word } }.first
            guard !reads, let writing else {
                writes = nil
                return
            }
            verb = verb ?? writing
        }
        writes = verb
    }

    private static let reading: Set = [
        "read", "readonly", "view", "viewer", "list", "get", "basic", "public", "history",
    ]
    private static let writing: Set = [
        "write", "execute", "share", "create", "delete", "update", "modify", "publish", "send", "edit", "remove",
        "post",
    ]
}
