import ToolDefinitions

/// Decides whether a tool only reads.
///
/// It does where something says so and nothing says otherwise. Calling a writing tool read-only lets it run without
/// anybody's yes; the opposite costs one question. So every sign of a change counts, wherever it comes from, and no sign
/// of reading outweighs it.
struct ReadOnlyRule {
    /// Why it may change something; empty for a tool that only reads.
    let changes: [RiskReason]
    /// Why it reads.
    let reads: [RiskReason]

    var holds: Bool { changes.isEmpty && !reads.isEmpty }

    init(_ tool: ToolReading) {
        reads = Self.signsOfReading(tool)
        changes = Self.signsOfChange(tool).map(\.inOwnWords)
    }

    private static func signsOfChange(_ tool: ToolReading) -> [RiskReason] {
        var signs: [RiskReason] = []
        let isSafe = tool.method?.isSafe ?? false
        if let method = tool.method, !isSafe, !isSearch(tool) {
            signs.append(.unsafeMethod(method.rawValue.uppercased()))
        }
        switch tool.name.verb {
        case .writes(let verb) where !isNeutral(verb, tool) && !isThing(verb, tool): signs.append(.writes(.name, verb))
        case .mayWrite(let verb)
        where !isNeutral(verb, tool) && !(nameLooks(tool) && leadLooks(tool))
            && !(isSafe && (looks(verb) || Lexicon.nominal.contains(verb) || leadLooks(tool))):
            signs.append(.writes(.name, verb))
        default: break
        }
        if let path = tool.path {
            if let door = path.door { signs.append(.opensDoor(door)) }
            if let verb = path.writes, !isThing(verb, in: path, tool),
                path.isPlainlyWriting || !(nameLooks(tool) && leadLooks(tool))
            {
                signs.append(.writes(.path, verb))
            }
            if let verb = path.mayWrite, !looks(verb), !nameReads(tool), !leadLooks(tool) {
                signs.append(.writes(.path, verb))
            }
        }
        if isSigningIn(tool) { signs.append(.signsIn) }
        signs += signsInDescription(tool)
        let arguments = tool.arguments
        if let verb = arguments.writingAction { signs.append(.actionsWrite(verb)) }
        if let word = arguments.writingFlag { signs.append(.flagWrites(word)) }
        if arguments.takesAnyRequest { signs.append(.anyRequest) }
        if arguments.takesStatement || arguments.takesQuery && tool.description?.takesStatement == true {
            signs.append(.statement)
        }
        if arguments.takesCommand { signs.append(.executes) }
        if arguments.savesToFile || downloads(tool) {
            signs.append(.savesToFile)
        }
        if let verb = tool.scopes.writes { signs.append(.scopeWrites(verb)) }
        if tool.isIncomplete { signs.append(.referenceMissing) }
        if tool.annotations.readOnly == false { signs.append(.hintNotReadOnly) }
        if tool.annotations.destructive == true { signs.append(.hintDestructive) }
        return signs
    }

    private static func signsInDescription(_ tool: ToolReading) -> [RiskReason] {
        guard let description = tool.description else { return [] }
        var signs: [RiskReason] = []
        switch description.lead {
        case (.writes, let verb)? where !isNeutral(verb, tool): signs.append(.writes(.description, verb))
        // A description that begins with the verb of the path says what the request does, whatever its name.
        case (.writesOrNames, let verb)?
        where !(nameReads(tool) && tool.method != nil && tool.path?.words.contains(verb) != true)
            && !isNeutral(verb, tool)
            && !(looks(verb) && tool.method?.isSafe == true),
            (.namesOrWrites, let verb)? where !nameReads(tool) && tool.method == nil,
            (.namesOrWrites, let verb)? where tool.name.verb == .mayWrite(verb):
            signs.append(.writes(.description, verb))
        default: break
        }
        if let verb = description.alsoWrites { signs.append(.writes(.description, verb)) }
        if description.consumes, tool.method == nil { signs.append(.consumes) }
        if description.isLasting { signs.append(.lasting) }
        return signs
    }

    private static func signsOfReading(_ tool: ToolReading) -> [RiskReason] {
        var signs: [RiskReason] = []
        if case .reads(let verb) = tool.name.verb { signs.append(.nameReads(verb)) }
        if let verb = leadReads(tool), leadLooks(tool) || tool.method != nil || nameReads(tool) || isReport(tool) {
            signs.append(.descriptionReads(verb))
        }
        if tool.arguments.hasReadingActions { signs.append(.actionsRead) }
        if let method = tool.method, method.isSafe { signs.append(.safeMethod(method.rawValue.uppercased())) }
        return signs
    }

    /// A download ends in a file, unless it is the answer to a request or its name says that it only gets something.
    private static func downloads(_ tool: ToolReading) -> Bool {
        let isNamed = tool.name.verb == .reads("download")
        guard isNamed || tool.description?.lead?.base == "download" else { return false }
        return tool.arguments.takesFile || tool.description?.keepsFile == true || isNamed && tool.method == nil
    }

    /// `db_stats`: without a verb, and of a thing that is only looked at.
    private static func isReport(_ tool: ToolReading) -> Bool {
        let reports: Set = [
            "history", "info", "log", "logs", "metrics", "overview", "schema", "statistics", "stats", "status",
            "summary",
            "usage", "version",
        ]
        return tool.name.verb == .none && tool.name.words.last.map(reports.contains) ?? false
    }

    /// A POST that is a search: name, path and description all have to say so.
    private static func isSearch(_ tool: ToolReading) -> Bool {
        guard tool.method == .post, nameReads(tool), leadReads(tool) != nil else { return false }
        return tool.path?.reads.map { searches.contains($0) } ?? false
    }

    private static let searches: Set = [
        "calculate", "compare", "count", "describe", "download", "estimate", "explain", "fetch", "find", "get", "list",
        "lookup", "query", "read", "retrieve", "search",
    ]

    /// A verb inside a name that is a thing there: the description says that the tool looks, so does the name, and the
    /// verb stands neither first nor last. Or the path has the thing in its plural: `get_ban` for `/bans/{id}`.
    private static func isThing(_ verb: String, _ tool: ToolReading) -> Bool {
        guard tool.method?.isSafe ?? true, nameLooks(tool), tool.name.words.contains(verb),
            Lexicon.role(of: verb) != .reads
        else { return false }
        if tool.method != nil, tool.path?.words.contains(verb + "s") == true, tool.path?.writes == nil { return true }
        return leadLooks(tool) && !tool.name.isPlainlyWriting
    }

    /// `/replay-count` of `get_replay_count`: a request that looks, by name and description, and in both name and path the
    /// verb has the same word behind it, which makes a thing of it.
    private static func isThing(_ verb: String, in path: PathReading, _ tool: ToolReading) -> Bool {
        guard tool.method?.isSafe ?? false, nameReads(tool), leadLooks(tool) else { return false }
        func behind(_ words: [String]) -> Set<String> {
            Set(zip(words, words.dropFirst()).filter { $0.0 == verb }.map(\.1))
        }
        return path.writings == 1
            && !behind(tool.name.words).isDisjoint(with: behind(path.words).intersection(Lexicon.thingsAboutActions))
    }

    private static func nameLooks(_ tool: ToolReading) -> Bool { tool.name.readingVerb != nil }

    private static func nameReads(_ tool: ToolReading) -> Bool {
        if case .reads = tool.name.verb { return true }
        return false
    }

    private static func leadReads(_ tool: ToolReading) -> String? {
        guard case (.reads, let verb)? = tool.description?.lead else { return nil }
        return verb
    }

    /// Whether the description begins with looking. «Returns» and «Provides» do not say so: a tool that creates something
    /// returns it too.
    private static func leadLooks(_ tool: ToolReading) -> Bool {
        leadReads(tool).map { !DescriptionReading.answering.contains($0) } ?? false
    }

    /// A step of a login by redirects, whatever the method: `GET /oauth/token`.
    private static func isSigningIn(_ tool: ToolReading) -> Bool {
        !tool.words.isDisjoint(with: ["oauth", "oauth2", "oidc", "openid", "saml", "sso"])
            && !tool.words.isDisjoint(with: ["access", "acs", "authorize", "callback", "exchange", "login", "token"])
            && !(nameReads(tool) && !Set(tool.name.words).isDisjoint(with: ["count", "info", "list", "search"]))
    }

    /// What a request that HTTP calls safe does with these verbs: it looks.
    private static func looks(_ verb: String) -> Bool {
        ["convert", "export", "filter", "select", "sort", "translate", "watch"].contains(verb)
    }

    /// `manage_rules` whose every action only looks, and verbs that say nothing where the name has said it.
    private static func isNeutral(_ verb: String, _ tool: ToolReading) -> Bool {
        tool.arguments.hasReadingActions && tool.arguments.writingAction == nil
            && ["manage", "handle", "control", "operate", "perform", "access", "use", "process", "work"].contains(verb)
            // `query_logs`: «Executes a query»
            || nameReads(tool) && tool.description?.isQuery == true
                && ["execute", "run", "perform", "invoke"].contains(verb)
            || nameReads(tool) && tool.method?.isSafe == true && verb == "generate"
    }
}
