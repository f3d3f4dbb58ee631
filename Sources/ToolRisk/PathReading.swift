import ToolDefinitions

/// What the fixed parts of a path say.
struct PathReading {
    /// A verb that writes and can be nothing else here.
    private(set) var writes: String?
    /// How many parts have such a verb.
    private(set) var writings = 0
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
            let lastButOne = lastWords.last
            words += phrase.words
            lastWords = phrase.words
            if let word = Self.door(in: phrase.words) { door = Lexicon.doors.first { $0 == word } }
            // `/pages/sign-in` is the name of a page.
            if lastButOne == "pages", Self.pages.contains(phrase.words) { continue }
            switch phrase.verb {
            // `/verify/{token}`, which stands in a mail: whoever follows it has verified.
            case .mayWrite(let verb) where Self.isToken(behind: index, in: parts): writes = writes ?? verb
            case .writes(let verb):
                writes = writes ?? verb
                writings += 1
                if phrase.isPlainlyWriting { isPlainlyWriting = true }
            case .mayWrite(let verb) where index == parts.count - 1 && Lexicon.verbal.contains(verb): mayWrite = verb
            case .reads(let verb) where index == parts.count - 1: reads = verb
            default: continue
            }
        }
    }

    /// `/vms/{id}/terminal` opens one; `/terminalLogos` are things.
    private static func door(in words: [String]) -> String? {
        for (index, word) in words.enumerated() where Lexicon.doors.contains(word) {
            let next = index + 1 < words.count ? words[index + 1] : ""
            if !next.hasSuffix("s"), !Lexicon.thingsAboutActions.contains(next) { return word }
        }
        return nil
    }

    private static func isToken(behind index: Int, in parts: [Substring]) -> Bool {
        guard index + 1 < parts.count, parts[index + 1].hasPrefix("{") else { return false }
        return !Set(Words.of(parts[index + 1])).isDisjoint(with: ["nonce", "otp", "token"])
    }

    private static let pages: Set = [["sign", "in"], ["sign", "out"], ["sign", "on"], ["sign", "up"]]
}
