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
    static let arranging: Set = [
        "categorise", "categorize", "convert", "filter", "format", "group", "rank", "return", "score", "select",
        "sequence", "sort", "translate", "use", "validate",
    ]

    /// `Returns the session (creates one if missing)`.
    static func aside(in words: ArraySlice<String>) -> String? {
        for (word, next) in zip(words, words.dropFirst()) where word.hasSuffix("s") && pronouns.contains(next) {
            guard let found = Lexicon.roleOfInflected(word), found.role != .reads, found.base != word,
                !helping.contains(found.base), !arranging.contains(found.base)
            else { continue }
            // «The hosts it runs on» are things; «them» is never a subject.
            if found.role == .writes || next == "them" { return found.base }
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
                // «Reads a message; it is removed.»
                if index > 1, ["it", "they"].contains(words[index - 2]), let base = happenings[word],
                    words[..<(index - 2)].allSatisfy({ !conditions.contains($0) })
                {
                    return base
                }
                // «Sending is switched on.»
                if word == "switched", next == "on" || next == "off" { return "switch" }
            }
        }
        return nil
    }

    private static let conditions: Set = [
        "after", "as", "because", "before", "how", "if", "once", "since", "that", "unless", "until", "when", "where",
        "whether", "which", "while", "who", "why",
    ]

    private static let happenings = [
        "acknowledged": "acknowledge", "archived": "archive", "charged": "charge", "claimed": "claim",
        "cleared": "clear", "consumed": "consume", "created": "create", "deleted": "delete", "dequeued": "dequeue",
        "emailed": "email", "erased": "erase", "installed": "install", "locked": "lock", "moved": "move",
        "overwritten": "overwrite", "purged": "purge", "removed": "remove", "revoked": "revoke", "sent": "send",
        "updated": "update", "wiped": "wipe",
    ]

    /// `Get and delete …`, `Returns the job, then removes it`, `Lists jobs and runs them`, `Reads a message, marking it as
    /// read`.
    static func joinedVerb(in words: ArraySlice<String>) -> String? {
        for (index, word) in zip(words.indices, words).prefix(60) where joining.contains(word) {
            // «and automatically archives them»
            guard let place = words[(index + 1)...].firstIndex(where: { !isAdverb($0) }) else { continue }
            let next = words[place]
            guard let found = Lexicon.roleOfInflected(next), found.role != .reads, !arranging.contains(found.base)
            else { continue }
            let object = place + 1 < words.endIndex ? words[place + 1] : nil
            let isPronoun = object.map(pronouns.contains) ?? false
            let isDeterminer = object.map(determiners.contains) ?? false
            let isInflected = next.hasSuffix("s") && found.base != next
            let isDone: Bool
            if word == "which" {
                // «Gets a mail, which archives it.»
                isDone = index > words.startIndex && words[index - 1] == "," && isInflected && isPronoun
            } else if next.hasSuffix("ing") {
                isDone = (word == "," || word == "and") && found.role == .writes && isPronoun && found.base != "make"
            } else if index == words.startIndex + 1, [",", "and", "or"].contains(word) {
                // «View and edit restrictions» names two of them, «search and replace text» does both.
                let isCertain = found.role == .writes && word == "or"
                isDone =
                    isCertain
                    || found.role != .namesOrWrites && object.map { !kindsOfAccess.contains($0) } ?? true
                    || isInflected && isPronoun
            } else if found.role != .writes {
                // `and store the result`, `and merge them`, `and posts to the channel`: a noun has nothing like that
                // behind it, but for «and comments that …».
                let isObject =
                    isPronoun || isDeterminer && object != "that" && (found.role == .writesOrNames || word != ",")
                    || isInflected && object == "to" && found.role == .writesOrNames
                isDone = (found.base == next || isInflected) && isObject && word != "also"
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

    private static let joining: Set = [",", "and", "or", "then", "also", "before", "after", "which"]

    private static func isAdverb(_ word: String) -> Bool {
        word.hasSuffix("ly") && Lexicon.roleOfInflected(word) == nil
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
            guard let place = words.firstIndex(where: { !subjects.contains($0) }) else { continue }
            let first = words[place]
            guard first.hasSuffix("s"), let found = Lexicon.roleOfInflected(first), found.role != .reads,
                found.base != first, !helping.contains(found.base),
                // «Resolves names to identifiers» translates them.
                !(found.base == "resolve" && words.contains("to"))
            else { continue }
            // «Locks them.», and not «Locks of a row».
            let object = place + 1 < words.endIndex ? words[place + 1] : ""
            let isDone = found.role == .writes || pronouns.contains(object) && !arranging.contains(found.base)
            if isDone { return found.base }
        }
        return nil
    }
}
