/// What a description says in its first words, and whether anything in it speaks of lasting effects.
///
/// Only the tool's side of it: later sentences often name other tools and what the caller could do with the answer.
struct DescriptionReading {
    /// The verb that the first sentence begins with.
    let lead: (role: Lexicon.Role, base: String)?
    /// A verb that writes, joined to the first one or at the beginning of a later sentence.
    let alsoWrites: String?
    /// Says that something cannot be undone, or lasts.
    let isLasting: Bool
    let mentionsSQL: Bool
    /// Begins with a query or a search as the thing that is done: «Runs a query».
    let isQuery: Bool
    /// Takes what it reads off a queue, so that nobody reads it again.
    let consumes: Bool

    init(_ text: String) {
        // What a verdict rests on stands at the beginning; the rest only costs time.
        let sentences = Self.sentences(String(text.prefix(4000)))
        let first = sentences.first.map { Self.withoutFillers(Words.ofSentence($0)) } ?? []
        lead = first.first.flatMap { Self.lead($0, followedBy: first.dropFirst().first) }
        alsoWrites = Self.offer(in: first) ?? Self.joinedVerb(in: first) ?? Self.laterVerb(in: sentences.dropFirst())
        let all = sentences.map { Words.ofSentence($0) }
        isLasting = all.prefix(4).contains { words in
            words.indices.contains { Self.lasting.contains(words[$0]) && !Self.isDenied($0, in: words) }
        }
        consumes = all.contains { words in
            zip(words, words.dropFirst()).contains { Self.queues.contains([$0, $1]) }
                || words.contains("next") && words.contains("queue")
        }
        isQuery = first.prefix(6).contains { ["query", "queries", "search", "lookup"].contains($0) }
        mentionsSQL = all.contains { $0.contains { Self.languages.contains($0) } }
    }

    /// Verbs that say what comes back.
    static let answering: Set = ["return", "obtain", "provide", "contain"]

    private static func lead(_ word: String, followedBy next: String?) -> (role: Lexicon.Role, base: String)? {
        if word.hasPrefix("check"), let next, ["in", "out", "off"].contains(next) {
            return (.writes, "check in or out")
        }
        if let base = Words.bases(of: word).first(where: { answering.contains($0) }) { return (.reads, base) }
        return Lexicon.roleOfInflected(word)
    }

    private static let queues: Set = [
        ["consumer", "group"], ["pub", "sub"], ["from", "queue"], ["visibility", "timeout"],
    ]
    private static let languages: Set = ["sql", "cypher", "graphql", "tsql", "plsql", "sparql", "mongosh"]
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
        a admin all allow allows an and api app application asynchronously at automatically be beta bulk by call can
        command convenience current deprecated efficiently enable enables endpoint experimental function get-only helper
        here i if in internal it let lets may method mcp method note of on only operation p please preview private public
        quickly rest request resource route safely securely should simple simply strong synchronously that the this to
        tool tool's use used user users utility v1 v2 v3 want we when will with you your client
        """
    ).subtracting(["request", "note", "call"])

    /// `List an item for sale` is no listing.
    private static func offer(in words: ArraySlice<String>) -> String? {
        zip(words, words.dropFirst()).contains { $0 == "for" && ($1 == "sale" || $1 == "rent") } ? "sell" : nil
    }

    /// `Get and delete …`, `Returns the job, then removes it`.
    private static func joinedVerb(in words: ArraySlice<String>) -> String? {
        for (index, word) in zip(words.indices, words).prefix(24)
        where ["and", "or", "then", "also", "before", "after"].contains(word) && index + 1 < words.endIndex {
            let next = words[index + 1]
            guard let found = Lexicon.roleOfInflected(next), found.role == .writes, !next.hasSuffix("ing") else {
                continue
            }
            let object = index + 2 < words.endIndex ? words[index + 2] : nil
            let isDone: Bool
            if index == words.startIndex + 1, word == "and" || word == "or" {
                // «View and edit restrictions» names two of them, «search and replace text» does both.
                isDone = !(object?.hasSuffix("s") ?? false) || Lexicon.destroying.contains(found.base)
            } else if next.hasSuffix("s") {
                // «and updates on issues» are things; what is done is done to something.
                isDone = object.map { !prepositions.contains($0) } ?? false || Lexicon.destroying.contains(found.base)
            } else {
                isDone = word != "also" && object.map { determiners.contains($0) } ?? false
            }
            if isDone { return found.base }
        }
        return nil
    }

    private static let determiners: Set = [
        "a", "all", "an", "any", "each", "every", "it", "its", "one", "that", "the", "their", "them", "these", "this",
        "those", "your",
    ]
    private static let prepositions: Set = [
        "about", "at", "between", "by", "for", "from", "in", "of", "on", "to", "with",
    ]

    /// Third persons that tell what a caller can do with the tool, not what it does.
    private static let helping: Set = [
        "accept", "allow", "assume", "choose", "enable", "fail", "generate", "ignore", "indicate", "permit", "skip",
    ]

    private static let subjects: Set = [
        "action", "additionally", "also", "api", "call", "command", "endpoint", "function", "it", "method", "operation",
        "the", "then", "this", "tool",
    ]

    /// A later sentence that tells what the tool does beside, in the third person: `Marks them as read.`
    private static func laterVerb(in sentences: ArraySlice<Substring>) -> String? {
        for sentence in sentences {
            let words = Words.ofSentence(sentence)
            guard let first = words.first(where: { !subjects.contains($0) }) else { continue }
            guard first.hasSuffix("s"), let found = Lexicon.roleOfInflected(first), found.role == .writes,
                found.base != first, !helping.contains(found.base)
            else { continue }
            return found.base
        }
        return nil
    }
}
