/// What a description says in its first words, and whether anything in it speaks of lasting effects.
///
/// Only the tool's side of it: later sentences often name other tools and what the caller could do with the answer.
struct DescriptionReading {
    /// The verb that the first sentence begins with.
    let lead: (role: Lexicon.Role, base: String)?
    /// What the verb is done to, up to the first preposition: `connection string` of `Returns a connection string for …`.
    let object: ArraySlice<String>
    /// A verb that writes, joined to the first one or at the beginning of a later sentence.
    let alsoWrites: String?
    /// Says that something cannot be undone, or lasts.
    let isLasting: Bool
    /// Speaks of SQL or the like, or of running something on a database, whatever its language.
    let takesStatement: Bool
    /// Says that what it gets lies in a file afterwards.
    let keepsFile: Bool
    /// Speaks of credentials in its first sentence, and of what they are besides their names: «all secrets with their values».
    let givesValuesOfCredentials: Bool
    /// Begins with a query or a search as the thing that is done: «Runs a query».
    let isQuery: Bool
    /// Takes what it reads off a queue, so that nobody reads it again.
    let consumes: Bool

    init(_ text: String) {
        // What a verdict rests on stands at the beginning; the rest only costs time.
        let sentences = Self.sentences(String(text.prefix(4000)))
        let first = sentences.first.map { Self.withoutFillers(Self.opening($0)) } ?? []
        lead = first.first.flatMap { Self.lead($0, followedBy: first.dropFirst().first) }
        object = first.dropFirst().prefix { !Self.prepositions.contains($0) }
        let all = sentences.map { Words.ofSentence($0) }
        alsoWrites =
            Self.offer(in: first) ?? Self.enumeratedVerb(in: first) ?? Self.joinedVerb(in: first)
            ?? Self.aside(in: first) ?? Self.restated(in: sentences.dropFirst()) ?? Self.laterVerb(in: all.dropFirst())
            ?? Self.happening(in: all)
        keepsFile = all.prefix(4).contains { words in
            zip(words, words.dropFirst()).contains { Self.fileOnDisk.contains([$0, $1]) }
        }
        isLasting = all.prefix(4).contains { words in
            words.indices.contains { index in
                let isLost = words[index] == "lost" && index > 0 && words[index - 1] == "be"
                return (isLost || Self.lasting.contains(words[index])) && !Self.isDenied(index, in: words)
            }
        }
        consumes = all.contains { words in
            zip(words, words.dropFirst()).contains { Self.queues.contains([$0, $1]) }
                || words.contains("next") && words.contains("queue")
        }
        let words = Array(first)
        let hasValues = words.indices.contains { Self.values.contains(words[$0]) && !Self.isDenied($0, in: words) }
        givesValuesOfCredentials = hasValues && words.contains { Lexicon.credentials.contains($0) }
        isQuery = first.prefix(6).contains { ["query", "queries", "search", "lookup"].contains($0) }
        let runs = first.first.map { !Self.running.isDisjoint(with: Words.bases(of: $0)) } ?? false
        takesStatement =
            runs && first.contains { Self.databases.contains($0) }
            || all.contains { $0.contains { Self.languages.contains($0) || $0.hasSuffix("sql") } }
    }

    /// `Get a row. Gets a row and locks it.`: a summary, and once more with what else is done.
    private static func restated(in sentences: ArraySlice<Substring>) -> String? {
        for sentence in sentences.prefix(5) {
            let words = withoutFillers(opening(sentence))
            guard let verb = words.first, let lead = lead(verb, followedBy: words.dropFirst().first),
                lead.role == .reads, lead.base != verb || sentence.startIndex == sentences.first?.startIndex
            else { continue }
            if let also = joinedVerb(in: words) ?? aside(in: words) { return also }
        }
        return nil
    }

    /// Verbs that say what comes back.
    static let answering: Set = ["return", "obtain", "provide", "contain"]

    private static func lead(_ word: String, followedBy next: String?) -> (role: Lexicon.Role, base: String)? {
        if word.hasPrefix("check"), let next, ["in", "out", "off"].contains(next) {
            return (.writes, "check in or out")
        }
        if word.hasPrefix("browse"), next == "to" { return (.writes, "navigate") }
        let bases = Words.bases(of: word)
        if let base = bases.first(where: { answering.contains($0) }) { return (.reads, base) }
        // «Shows the log» looks; «Show a banner» makes one appear.
        if let next, ["a", "an"].contains(next), bases.contains("show") || bases.contains("display") { return nil }
        guard let found = Lexicon.roleOfInflected(word) else { return nil }
        // «Records of a customer» are things, «Records a vote» is what is done.
        if found.role == .namesOrWrites, let next,
            determiners.contains(next)
                || word.hasSuffix("s") && found.base != word && !prepositions.contains(next)
                    && !conjunctions.contains(next)
        {
            return (.writes, found.base)
        }
        return found
    }

    private static let values: Set = ["decrypted", "plaintext", "value", "values"]
    private static let queues: Set = [
        ["consumer", "group"], ["pub", "sub"], ["from", "queue"], ["visibility", "timeout"],
    ]
    private static let languages: Set = ["cypher", "graphql", "sparql", "mongosh"]
    private static let running: Set = ["execute", "perform", "query", "run"]
    private static let databases: Set = ["database", "databases", "db", "warehouse"]
    private static let fileOnDisk: Set = [
        ["file", "path"], ["local", "file"], ["local", "path"], ["to", "disk"], ["on", "disk"], ["saved", "to"],
    ]
    private static let lasting: Set = [
        "irreversible", "irreversibly", "permanently", "undone", "destructive", "unrecoverable", "irrevocably",
    ]

    private static func isDenied(_ index: Int, in words: [String]) -> Bool {
        let before = words[max(0, index - 4)..<index]
        // «cannot be undone» has the one denial that makes it worse.
        if words[index] == "undone" { return !before.contains { $0.hasPrefix("can") || $0 == "not" } }
        return before.contains { ["not", "no", "non", "without", "never", "isn't", "doesn't"].contains($0) }
    }

    /// Sentences end with a full stop before a space, or with a line.
    private static func sentences(_ text: String) -> [Substring] {
        var sentences: [Substring] = []
        var start = text.startIndex
        var index = text.startIndex
        while index < text.endIndex {
            let next = text.index(after: index)
            let isEnd =
                text[index].isNewline
                || [".", "!", "?", ";"].contains(text[index]) && (next == text.endIndex || text[next].isWhitespace)
            if isEnd {
                if text[start..<index].contains(where: \.isLetter) { sentences.append(text[start..<index]) }
                start = next
            }
            index = next
            if sentences.count >= 24 { return sentences }
        }
        if text[start...].contains(where: \.isLetter) { sentences.append(text[start...]) }
        return sentences
    }

    /// The words of the first sentence, and its commas where no conjunction follows. A sentence of one word is a name: `SearchVendors`.
    private static func opening(_ sentence: Substring) -> [String] {
        var words: [String] = []
        for part in sentence.split(separator: ",") {
            let next = Words.ofSentence(part)
            if !words.isEmpty, let first = next.first, !conjunctions.contains(first) { words.append(",") }
            words += next
        }
        return words.count == 1 ? Words.of(sentence) : words
    }

    /// What stands before the verb: `This endpoint allows you to …`, `Use this tool to …`, `[Beta] …`.
    private static func withoutFillers(_ words: [String]) -> ArraySlice<String> {
        var rest = words[...]
        // «Allows an app to request …»: what counts is what it allows.
        let openings = ["allow", "let", "enable", "permit", "use"]
        if let first = rest.first, openings.contains(where: { Words.bases(of: first).contains($0) }),
            let to = rest.prefix(8).firstIndex(of: "to"), to + 1 < rest.endIndex
        {
            rest = rest[(to + 1)...]
        }
        while rest.count > 1, let first = rest.first, fillers.contains(first) { rest = rest.dropFirst() }
        return rest
    }

    private static let fillers = Lexicon.words(
        """
        a admin all allow allows an and api app application asynchronously at automatically batch be beta bulk by call can
        command convenience current deprecated efficiently enable enables endpoint experimental function get-only helper
        here i if in internal it let lets may method mcp method note of on only operation p please preview private public
        quickly rest request resource route safely securely should simple simply strong synchronously that the this to
        tool tool's use used user users utility v1 v2 v3 want we when will with you your client
        """
    ).subtracting(["request", "note", "call"])
}
