/// What a name says: the verb in it, and whether there is another one that writes.
///
/// Names are built in two ways, `list_issues` and `issue.list`, and their words are often verbs and nouns at once. A verb
/// that writes counts wherever it stands, unless the words around it make a thing of it (`get_update_status`).
struct PhraseReading {
    enum Verb: Hashable {
        case reads(String)
        case writes(String)
        /// A word that is a verb as often as a noun, in a place where it may be the verb.
        case mayWrite(String)
        /// No word in it is a verb.
        case none
    }

    let words: [String]
    let verb: Verb
    /// A verb that only looks, anywhere.
    let readingVerb: String?
    /// A verb that writes ends the name, stands before the one that looks or is joined to another one: there it can
    /// hardly be a thing.
    let isPlainlyWriting: Bool

    init(words: [String], all: [String]? = nil) {
        let parts = Self.withoutCompounds(words)
        self.words = all ?? words
        verb = Self.verb(of: parts)
        readingVerb = parts.first { Lexicon.role(of: $0) == .reads }
        isPlainlyWriting = Self.isPlainlyWriting(parts)
    }

    /// A tool's name. Where its last part after a dot begins with a verb that looks, what stands before is the place
    /// where the thing is kept: `backup.jobs.list`, `admin.restrictAccess.listGroups`.
    init(name: String) {
        let parts = name.split(separator: ".").map { Words.of($0) }
        if parts.count > 1, let last = parts.last, case .reads = Self.verb(of: Self.withoutCompounds(last)),
            let first = last.first, Lexicon.role(of: first) == .reads
        {
            self.init(words: last, all: parts.flatMap(\.self))
        } else {
            self.init(words: Words.of(name))
        }
    }

    /// One of the values of an argument that selects an action, such as `get_status_update`. People chose them, no
    /// generator made them of a path, so that the first word says what is done.
    init(action: String) {
        let words = Words.of(action)
        let parts = Self.withoutCompounds(words)
        let verb = Self.verb(of: parts)
        let isJoined = words.indices.contains { Self.isJoined($0, in: words) }
        self.words = words
        readingVerb = parts.first { Lexicon.role(of: $0) == .reads }
        isPlainlyWriting = Self.isPlainlyWriting(parts)
        if let first = words.first, Lexicon.role(of: first) == .reads, !isJoined,
            !Self.isSomethingElse(at: 0, in: words)
        {
            self.verb = .reads(first)
        } else {
            self.verb = verb
        }
    }

    private static func verb(of words: [String]) -> Verb {
        var read: (word: String, index: Int)?
        var verbal: (word: String, index: Int)?
        var nominal: (word: String, index: Int)?
        for (index, word) in words.enumerated() {
            switch Lexicon.role(of: word) {
            case .writes where isVerb(at: index, in: words, afterRead: read != nil): return .writes(word)
            case .reads where isSomethingElse(at: index, in: words): return .writes(word)
            case .reads: read = read ?? (word, index)
            case .writesOrNames where isJoined(index, in: words): return .writes(word)
            case .writesOrNames: verbal = verbal ?? (word, index)
            case .namesOrWrites where isJoined(index, in: words): return .writes(word)
            case .namesOrWrites: nominal = nominal ?? (word, index)
            case .writes, nil: continue
            }
        }
        guard let read else {
            if let verbal { return .mayWrite(verbal.word) }
            // `git_log`: at the end, behind other words, it is the thing. At the beginning it may be what is done.
            if let nominal, nominal.index == 0 && words.count > 1 { return .mayWrite(nominal.word) }
            return .none
        }
        if let verbal, verbal.index < read.index {
            // `test_clock_get`: at the end these are verbs and nothing else.
            let isVerb = read.index == words.count - 1 && certain.contains(read.word)
            return isVerb ? .reads(read.word) : .mayWrite(verbal.word)
        }
        guard let nominal, nominal.index < read.index else { return .reads(read.word) }
        // `issue_list`, `pull_request_read`, `order_get_by_id`: things, then the verb.
        let isTrailing = trailing.contains(read.word) && words[(read.index + 1)...].allSatisfy(isCompanion)
        return isTrailing ? .reads(read.word) : .mayWrite(nominal.word)
    }

    /// Verbs that only look and are no things, so that nothing is done to them: not `view`, `check` or `status`.
    private static let trailing: Set = [
        "describe", "fetch", "find", "get", "info", "inspect", "list", "lookup", "read", "retrieve", "search", "show",
    ]

    private static let certain: Set = ["describe", "fetch", "find", "get", "lookup", "retrieve"]

    private static func isPlainlyWriting(_ words: [String]) -> Bool {
        let reading = words.firstIndex { Lexicon.role(of: $0) == .reads } ?? words.count
        for (index, word) in words.enumerated() where Lexicon.role(of: word) == .writes {
            if index < reading || index == words.count - 1 { return true }
        }
        return words.indices.contains { index in
            isJoined(index, in: words) && Lexicon.role(of: words[index]).map { $0 != .reads } ?? false
        }
    }

    private static func isCompanion(_ word: String) -> Bool {
        ["all", "by", "for", "from", "id", "ids", "in", "of", "v", "with", "me", "mine", "many", "one"].contains(word)
            || Int(word) != nil
    }

    private static let compounds: Set = [
        ["pull", "request"], ["pull", "requests"], ["merge", "request"], ["merge", "requests"], ["add", "on"],
        ["add", "ons"], ["openid", "connect"], ["id", "connect"], ["sign", "ins"], ["read", "only"], ["send", "as"],
        ["built", "in"], ["allow", "list"], ["allow", "lists"], ["deny", "list"], ["deny", "lists"],
    ]

    /// Words that are a name together and verbs alone.
    private static func withoutCompounds(_ words: [String]) -> [String] {
        var rest: [String] = []
        var index = 0
        while index < words.count {
            let pair = index + 1 < words.count ? [words[index], words[index + 1]] : []
            if compounds.contains(pair) {
                rest.append(pair.joined())
                index += 2
            } else {
                rest.append(words[index])
                index += 1
            }
        }
        return rest
    }

    /// Whether a verb that writes is meant as one.
    private static func isVerb(at index: Int, in words: [String], afterRead: Bool) -> Bool {
        guard afterRead, !isJoined(index, in: words), index + 1 < words.count else { return true }
        return !Lexicon.thingsAboutActions.contains(words[index + 1])
    }

    /// `get_or_create`, `read_and_delete`.
    private static func isJoined(_ index: Int, in words: [String]) -> Bool {
        index > 0 && ["or", "and", "then", "else", "n"].contains(words[index - 1])
    }

    /// Verbs that look, with a word behind them that makes something else of them: `check_out`, `show_dialog`.
    private static func isSomethingElse(at index: Int, in words: [String]) -> Bool {
        // Into a working copy.
        if words[index] == "fetch", index > 0, words[index - 1] == "git" { return true }
        guard index + 1 < words.count else { return false }
        return changedBy[words[index]]?.contains(words[index + 1]) ?? false
    }

    private static let changedBy: [String: Set<String>] = [
        "check": ["in", "out", "off", "box", "checkbox", "item", "todo"],
        "show": ["notification", "message", "alert", "dialog", "toast", "popup", "modal", "banner"],
        "display": ["notification", "message", "alert", "dialog", "toast", "popup", "modal", "banner"],
        "list": ["for"], "read": ["aloud"],
    ]
}
