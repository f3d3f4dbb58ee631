import ToolDefinitions

/// What the fixed parts of a path say.
struct PathReading {
    /// A verb that writes and can be nothing else here.
    private(set) var writes: String?
    /// That verb begins or ends its part of the path: there it can hardly be a thing.
    private(set) var isPlainlyWriting = false
    /// A part that may be a verb, at the end of the path.
    private(set) var mayWrite: String?
    /// The last part is a verb that only looks: `/messages/search`, `/v1/items:batchGet`.
    private(set) var reads: String?
    /// A way into a running machine: `exec`, `proxy`.
    private(set) var door: String?
    /// All words of fixed parts, in order.
    private(set) var words: [String] = []
    /// Those of the last fixed part.
    private(set) var lastWords: [String] = []

    init(_ path: String) {
        let parts = path.split { $0 == "/" || $0 == ":" || $0 == "?" || $0 == "#" }
        for (index, part) in parts.enumerated() where !part.hasPrefix("{") {
            // `item.list` and `{name}.json` are one part and several names.
            let phrase = PhraseReading(words: Words.of(part))
            words += phrase.words
            lastWords = phrase.words
            if let word = phrase.words.first(where: { Lexicon.doors.contains($0) }) {
                door = Lexicon.doors.first { $0 == word }
            }
            switch phrase.verb {
            case .writes(let verb):
                writes = writes ?? verb
                if phrase.isPlainlyWriting { isPlainlyWriting = true }
            case .mayWrite(let verb) where index == parts.count - 1 && Lexicon.verbal.contains(verb): mayWrite = verb
            case .reads(let verb) where index == parts.count - 1: reads = verb
            default: continue
            }
        }
    }
}
