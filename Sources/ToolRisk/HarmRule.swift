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
            subject.intersection(Lexicon.authority).subtracting(verbs).sorted().first
            ?? (isAccessList ? "access" : nil)
        let administered =
            subject.union(namespace).intersection(Lexicon.administration).sorted().first
            ?? (tool.words.contains("admin") ? "admin" : nil)

        if let door = tool.path?.door ?? tool.name.words.first(where: { Lexicon.doors.contains($0) }),
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
        let isPaying = !verbs.isDisjoint(with: Lexicon.paying)
        let certain = things.subtracting(Lexicon.moneyOrNot)
        if isPaying { return .moves }
        guard !certain.isEmpty || things.count > 1 else { return .none }
        // To make a payment or a refund is to move money; to change or cancel one concerns it.
        let makes: Set = [
            "add", "capture", "confirm", "create", "initiate", "issue", "make", "place", "post", "send", "submit",
        ]
        let moved: Set = [
            "charge", "donation", "payment", "payout", "purchase", "refund", "settlement", "transfer", "withdrawal",
        ]
        let isMaking = !verbs.isDisjoint(with: makes) || tool.method == .post && verbs.isEmpty
        return isMaking && !tool.subject.isDisjoint(with: moved) ? .moves : .concerns
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
        let kinds: Set = ["api", "access", "ssh", "signing", "private", "deploy", "secret", "service", "admin"]
        return tool.subject.contains("key") && !tool.subject.isDisjoint(with: kinds)
    }

    private static func runsPrograms(_ tool: ToolReading, _ verbs: Set<String>) -> Bool {
        guard !verbs.isDisjoint(with: Lexicon.executing) else { return false }
        let isSQL = tool.arguments.takesQuery && tool.description?.mentionsSQL == true
        return !tool.words.isDisjoint(with: Lexicon.programs) || tool.arguments.takesStatement || isSQL
            || !tool.arguments.names.isDisjoint(with: [
                "code", "script", "command", "cmd", "shell", "sql", "expression",
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
