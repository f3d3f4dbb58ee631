import ToolDefinitions
import WarderModel

/// Decides how much harm a tool can do that does not only read.
struct HarmRule {
    let risk: Tool.Risk
    let category: Tool.Category
    let reasons: [RiskReason]

    init(_ tool: ToolReading) {
        let verbs = Self.verbs(of: tool)
        var critical: [RiskReason] = []
        var ordinary: [RiskReason] = []
        let money = Self.money(tool, verbs)
        // `admin.emoji.add`: a namespace, no thing that is changed.
        let namespace = tool.name.words.first.map { $0.hasPrefix("admin") ? [$0, "admin"] : [] } ?? []
        let subject = tool.subject.subtracting(namespace)
        let isAccessList =
            subject.contains("access") && !subject.isDisjoint(with: ["control", "list", "binding", "rule"])
        let authority =
            subject.intersection(Lexicon.authority).subtracting(verbs.union(Self.plainPolicies(tool))).sorted().first
            ?? (isAccessList ? "access" : tool.arguments.givesRole ? "role" : nil)
        let administered =
            subject.union(namespace).intersection(Lexicon.administration).sorted().first
            ?? (tool.words.contains("admin") ? "admin" : nil)

        // `dismiss_terminal_action`: inside a name it is a thing, and `attach_policy` attaches something else.
        let first = tool.name.words.first == "attach" ? nil : tool.name.words.first
        let ends = [first, Self.opened(tool.name.words)].compactMap(\.self)
        if let door = tool.path?.door ?? ends.first(where: { Lexicon.doors.contains($0) }),
            let known = Lexicon.doors.first(where: { $0 == door })
        {
            critical.append(.opensDoor(known))
        }
        if tool.arguments.takesCommand || Self.runsPrograms(tool, verbs) { critical.append(.executes) }
        if tool.givesCredentials || Self.makesCredential(tool, verbs) { critical.append(.givesCredentials) }
        if let authority {
            critical.append(.changesAuthority(authority))
        }
        switch money {
        case .moves: critical.append(.movesMoney)
        case .concerns: ordinary.append(.aboutMoney)
        case .none: break
        }
        if let verb = Self.destroys(tool, verbs) { critical.append(.destroys(verb)) }
        if tool.description?.isLasting == true { critical.append(.lasting) }
        if let administered, authority == nil, let known = Lexicon.administration.first(where: { $0 == administered }) {
            ordinary.append(.administers(known))
        }

        risk = critical.isEmpty ? .sideEffect : .critical
        category =
            if money != .none {
                .financial
            } else if authority != nil || administered != nil || critical.contains(where: \.isAdministrative) {
                .administrative
            } else {
                .standard
            }
        reasons = critical + ordinary
    }

    /// What stands at the end of a name, without the word behind it for a door that is held open:
    /// `create_exec_session`. Whoever lists such sessions opens none.
    private static func opened(_ words: [String]) -> String? {
        guard words.count > 2, let last = words.last, Lexicon.passages.contains(last),
            Lexicon.role(of: words[0]) != .reads
        else { return words.last }
        return words.dropLast().last
    }

    /// `escalation_policy` says what happens when; `access_policy`, and one that says nothing of itself, who may do what.
    private static func plainPolicies(_ tool: ToolReading) -> Set<String> {
        let words = tool.name.words + (tool.path?.words ?? [])
        let kinds = zip(words, words.dropFirst()).filter { $1 == "policy" || $1 == "policies" }.map(\.0)
        return !kinds.isEmpty && kinds.allSatisfy(Lexicon.plainPolicies.contains) ? ["policy", "policies"] : []
    }

    private enum Money {
        case none, concerns, moves
    }

    /// Every word of the name or at the end of the path that can be a verb, and the method where it is one.
    private static func verbs(of tool: ToolReading) -> Set<String> {
        var verbs: Set<String> = []
        for word in tool.name.words where Lexicon.role(of: word) == .writes || Lexicon.role(of: word) == .writesOrNames
        {
            verbs.insert(word)
        }
        if case .mayWrite(let verb) = tool.name.verb { verbs.insert(verb) }
        if let verb = tool.path?.writes ?? tool.path?.mayWrite { verbs.insert(verb) }
        if case (let role, let verb)? = tool.description?.lead, role != .reads { verbs.insert(verb) }
        // `DELETE /subscriptions/{id}` that is called cancelling: the name knows better than the method.
        if tool.method == .delete, verbs.isEmpty { verbs.insert("delete") }
        return verbs
    }

    private static func money(_ tool: ToolReading, _ verbs: Set<String>) -> Money {
        if tool.arguments.movesMoney { return .moves }
        let things = tool.subject.intersection(Lexicon.money)
        let certain = things.subtracting(Lexicon.moneyOrNot)
        if isPaying(tool) { return .moves }
        let isCertain =
            !certain.isEmpty || things.count > 1 || !things.isEmpty && !tool.subject.isDisjoint(with: bankWords)
        guard isCertain else { return tool.arguments.namesPrice ? .concerns : .none }
        // To make a payment or a refund is to move money; to change or cancel one concerns it.
        let makes: Set = [
            "add", "approve", "capture", "confirm", "create", "execute", "initiate", "issue", "make", "place", "post",
            "process", "release", "send", "submit",
        ]
        let moved: Set = [
            "charge", "donation", "fund", "money", "payment", "payout", "purchase", "refund", "settlement", "transfer",
            "withdrawal",
        ]
        let isMaking = !verbs.isDisjoint(with: makes) || tool.method == .post && verbs.isEmpty
        return isMaking && names(moved, tool) ? .moves : .concerns
    }

    /// Things that are about money together with one that may be.
    private static let bankWords: Set = ["account", "balance", "card", "limit", "memo", "note"]

    /// Whether to pay is what is done, and not what is cancelled: `refund_payment`, `cancel_refund`.
    private static func isPaying(_ tool: ToolReading) -> Bool {
        let named: String? =
            switch tool.name.verb {
            case .writes(let verb), .mayWrite(let verb): verb
            case .reads, .none: nil
            }
        let verbs = [named, tool.path?.lastWords.first, tool.description?.lead?.base].compactMap(\.self)
        if verbs.contains(where: Lexicon.paying.contains) { return true }
        if named == "place", tool.subject.contains("order") { return true }
        // `transfer_funds`, not `transfer_file`.
        let moving: Set = ["deposit", "remit", "transfer", "wire"]
        return named.map { moving.contains($0) && !tool.subject.intersection(Lexicon.money).subtracting([$0]).isEmpty }
            ?? false
    }

    /// Whether one of these is the thing itself: a payment, not a payment link.
    private static func names(_ things: Set<String>, _ tool: ToolReading) -> Bool {
        [tool.name.words, tool.path?.lastWords ?? []].contains { words in
            words.indices.contains { index in
                !things.isDisjoint(with: Words.bases(of: words[index]))
                    && !(index + 1 < words.count && Lexicon.thingsAboutActions.contains(words[index + 1]))
            }
        }
    }

    /// The destroying verb, unless what it takes away is a light thing or merely taken off something.
    private static func destroys(_ tool: ToolReading, _ verbs: Set<String>) -> String? {
        guard let verb = verbs.sorted().first(where: { Lexicon.destroying.contains($0) }) else { return nil }
        let known = Lexicon.destroying.first { $0 == verb }
        if !verbs.isDisjoint(with: Lexicon.destroying.subtracting(Lexicon.detaching).subtracting(["delete"])) {
            return known
        }
        // The thing is the last noun of the name, or the last part of the path.
        let things = tool.name.words.reversed() + (tool.path?.words.reversed() ?? [])
        let thing = things.first { !Lexicon.destroying.contains($0) && !stop.contains($0) && Int($0) == nil }
        let isLight = thing.map { Words.bases(of: $0).contains(where: Lexicon.lightThings.contains) } ?? false
        if isLight, !tool.words.contains("all"), !tool.words.contains("bulk") { return nil }
        // `remove_member`: taken off, not destroyed; what is administered has its own reason.
        let isContainer = thing.map { Words.bases(of: $0).contains(where: Lexicon.containers.contains) } ?? false
        return verbs.contains("delete") || isContainer ? known : nil
    }

    private static let stop: Set = [
        "by", "id", "ids", "from", "of", "the", "in", "with", "for", "v", "api", "one", "single",
    ]

    /// `create_token`, `generate_api_key`: what comes back opens something.
    private static func makesCredential(_ tool: ToolReading, _ verbs: Set<String>) -> Bool {
        guard !verbs.isDisjoint(with: ["create", "generate", "issue", "mint", "exchange", "regenerate", "rotate"])
        else {
            return false
        }
        if tool.subject.contains("token") || !tool.subject.isDisjoint(with: Lexicon.credentials) { return true }
        let kinds: Set = [
            "api", "access", "ssh", "signature", "signing", "private", "deploy", "secret", "service", "admin",
        ]
        return tool.subject.contains("key") && !tool.subject.isDisjoint(with: kinds)
    }

    private static func runsPrograms(_ tool: ToolReading, _ verbs: Set<String>) -> Bool {
        guard !verbs.isDisjoint(with: Lexicon.executing) else { return false }
        let isSQL = tool.arguments.takesQuery && tool.description?.takesStatement == true
        return !tool.words.isDisjoint(with: Lexicon.programs) || tool.arguments.takesStatement || isSQL
            || !tool.arguments.names.isDisjoint(with: [
                "code", "script", "command", "cmd", "shell", "sql", "expression", "function",
            ])
    }
}

extension RiskReason {
    /// Whether it is about machines and access.
    fileprivate var isAdministrative: Bool {
        switch self {
        case .executes, .opensDoor, .givesCredentials, .changesAuthority: true
        default: false
        }
    }
}
