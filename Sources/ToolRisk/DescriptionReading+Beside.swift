/// What a tool does beside what its description begins with: the second verb of a sentence, and what later ones add.
extension DescriptionReading {
    /// `List an item for sale` is no listing.
    static func offer(in words: ArraySlice<String>) -> String? {
        let isOffered = zip(words, words.dropFirst()).contains { $0 == "for" && ($1 == "sale" || $1 == "rent") }
        let isOne = [["list", "a"], ["list", "an"], ["list", "your"]].contains(Array(words.prefix(2)))
        return isOffered || isOne && words.contains { $0 == "marketplace" || $0 == "auction" } ? "sell" : nil
    }

    /// `List, create or close …`: verbs one after another, of which one writes.
    static func enumeratedVerb(in words: ArraySlice<String>) -> String? {
        var written: String?
        var verbs = 0
        var isJoined = true
        for word in words {
            if conjunctions.contains(word) {
                isJoined = true
                continue
            }
            guard isJoined, let found = Lexicon.roleOfInflected(word) else { break }
            isJoined = false
            verbs += 1
            if verbs > 1, found.role == .writes || found.role == .writesOrNames && !arranging.contains(found.base) {
                written = written ?? found.base
            }
        }
        return verbs > 2 ? written : nil
    }

    static let conjunctions: Set = [",", "and", "or", "then"]
    /// What is done with an answer before it is given.
    private static let arranging: Set = [
        "convert", "filter", "format", "group", "label", "rank", "report", "return", "score", "select", "sequence",
        "sort", "translate", "trust", "use", "validate",
    ]

    /// `Returns the session (creates one if missing)`.
    static func aside(in words: ArraySlice<String>) -> String? {
        for (word, next) in zip(words, words.dropFirst()) where word.hasSuffix("s") && pronouns.contains(next) {
            if let found = Lexicon.roleOfInflected(word), found.role == .writes, found.base != word,
                !helping.contains(found.base)
            {
                return found.base
            }
        }
        return nil
    }

    /// What happens beside, without saying who does it: `The label will be created.`, `Messages are marked as read.`
    static func happening(in sentences: [[String]]) -> String? {
        for words in sentences {
            for (index, word) in words.enumerated().dropFirst() {
                if index > 1, words[index - 2] == "will", words[index - 1] == "be", let base = happenings[word] {
                    return base
                }
                guard ["are", "is", "gets"].contains(words[index - 1]),
                    index < 2 || !["that", "which", "who", "if", "when"].contains(words[index - 2])
                else { continue }
                let next = index + 1 < words.endIndex ? words[index + 1] : ""
                if word == "marked", next == "as" || next == "read" { return "mark" }
                // «A new one is created if there is none.»
                if next == "if" || next == "unless", let base = happenings[word] { return base }
            }
        }
        return nil
    }

    private static let happenings = [
        "acknowledged": "acknowledge", "archived": "archive", "charged": "charge", "created": "create",
        "deleted": "delete", "installed": "install", "overwritten": "overwrite", "removed": "remove",
        "sent": "send", "updated": "update",
    ]

    /// `Get and delete …`, `Returns the job, then removes it`, `Reads a message, marking it as read`.
    static func joinedVerb(in words: ArraySlice<String>) -> String? {
        for (index, word) in zip(words.indices, words).prefix(24)
        where [",", "and", "or", "then", "also", "before", "after"].contains(word) && index + 1 < words.endIndex {
            let next = words[index + 1]
            guard let found = Lexicon.roleOfInflected(next), found.role != .reads else { continue }
            let object = index + 2 < words.endIndex ? words[index + 2] : nil
            let isDeterminer = object.map { determiners.contains($0) } ?? false
            let isDone: Bool
            if next.hasSuffix("ing") {
                isDone =
                    (word == "," || word == "and") && found.role == .writes
                    && object.map { pronouns.contains($0) } ?? false
                    && found.base != "make"
            } else if index == words.startIndex + 1, [",", "and", "or"].contains(word) {
                // «View and edit restrictions» names two of them, «search and replace text» does both.
                let isCertain = found.role == .writes && word == "or"
                isDone =
                    isCertain
                    || found.role != .namesOrWrites && !arranging.contains(found.base)
                        && object.map { !kindsOfAccess.contains($0) } ?? true
            } else if found.role != .writes {
                // `and store the result`, `and merge them`: a noun has nothing like that behind it.
                let isObject =
                    object.map(pronouns.contains) ?? false
                    || isDeterminer && (found.role == .writesOrNames || word != ",")
                isDone = found.base == next && isObject && word != "also" && !arranging.contains(next)
            } else if next.hasSuffix("s") {
                // «and updates on issues» are things; what is done is done to something.
                isDone = object.map { !prepositions.contains($0) } ?? false || Lexicon.destroying.contains(found.base)
            } else {
                isDone = word != "also" && isDeterminer
            }
            if isDone { return found.base }
        }
        return nil
    }

    private static let kindsOfAccess: Set = ["access", "permissions", "restrictions", "rights", "roles", "scopes"]
    private static let pronouns: Set = ["it", "one", "them"]
    static let determiners: Set = [
        "a", "all", "an", "any", "each", "every", "it", "its", "one", "that", "the", "their", "them", "these", "this",
        "those", "your",
    ]
    static let prepositions: Set = [
        "about", "at", "between", "by", "for", "from", "in", "of", "on", "to", "with",
    ]

    /// Third persons that tell what a caller can do with the tool, not what it does.
    private static let helping: Set = [
        "accept", "allow", "assume", "choose", "enable", "expose", "fail", "generate", "ignore", "indicate", "permit",
        "prioritize", "skip",
    ]

    private static let subjects: Set = [
        "action", "additionally", "also", "api", "call", "command", "endpoint", "function", "it", "method", "operation",
        "the", "then", "this", "tool",
    ]

    /// A later sentence that tells what the tool does beside, in the third person: `Marks them as read.`
    static func laterVerb(in sentences: ArraySlice<[String]>) -> String? {
        for words in sentences {
            guard let first = words.first(where: { !subjects.contains($0) }) else { continue }
            guard first.hasSuffix("s"), let found = Lexicon.roleOfInflected(first), found.role == .writes,
                found.base != first, !helping.contains(found.base),
                // «Resolves names to identifiers» translates them.
                !(found.base == "resolve" && words.contains("to"))
            else { continue }
            return found.base
        }
        return nil
    }
}
