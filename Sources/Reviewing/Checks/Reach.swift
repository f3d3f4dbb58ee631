import WarderModel

/// How far the credential of a tool reaches beyond the tool.
///
/// It is broad where with it something else can be changed as well: another tool that changes something is reached by the
/// same credential. In a vault that is the same secret; in a document, the same permissions, or none that would tell two
/// operations apart.
enum Reach {
    static func check(_ facts: ReviewFacts) -> CheckAnswer {
        guard !facts.tools.isEmpty else { return .notEvaluated("There are no tools.") }
        switch facts.liveGrants {
        case .known(let grants): return granted(grants, facts)
        case .notEvaluated(let reason):
            guard facts.source == .document else { return .notEvaluated(reason) }
            return permitted(facts.tools)
        }
    }

    /// What else of these changes something, and how much that weighs; `nil` where nothing does.
    private static func beyond(_ tool: ToolFacts, in reached: [ToolFacts]) -> (others: [ToolFacts], severity: Severity)?
    {
        let others = reached.filter { $0.name != tool.name && $0.changes }.sorted { $0.name < $1.name }
        guard let worst = others.map(\.severity).min() else { return nil }
        return (others, min(worst, tool.severity) == .critical ? .high : .medium)
    }

    // MARK: In a vault

    private static func granted(_ grants: [GrantFacts], _ facts: ReviewFacts) -> CheckAnswer {
        guard !grants.isEmpty else { return .notEvaluated("There are no grants.") }
        let tools = Dictionary(facts.tools.map { ($0.name, $0) }) { one, _ in one }
        let bySecret = Dictionary(grouping: grants, by: \.secret)
        return .each(of: grants, "grant", none: "There are no grants.", known: { unknown($0, bySecret, tools) }) {
            grant in
            guard let tool = tools[grant.tool],
                let reach = beyond(tool, in: (bySecret[grant.secret] ?? []).compactMap { tools[$0.tool] })
            else { return nil }
            return Fault(
                .broadCredential,
                reach.severity,
                "\(grant.tool) \(grant.secret)",
                "\(tool.name) (\(tool.classWords)) is given \(grant.secret), with which "
                    + "\(Words.list(reach.others.map { "\($0.name) (\($0.classWords))" })) can be done as well.",
                Remedy(
                    Commands.separate(grant, of: tool),
                    advice: "SECRET is a new one: a credential that can do no more than \(tool.shortName) needs."
                )
            )
        }
    }

    /// Why nobody can say what can be done with a grant's secret.
    private static func unknown(
        _ grant: GrantFacts,
        _ bySecret: [String: [GrantFacts]],
        _ tools: [String: ToolFacts]
    ) -> String? {
        (bySecret[grant.secret] ?? []).lazy.compactMap { tools[$0.tool]?.read.reason }.first
    }

    // MARK: In a document

    private static func permitted(_ tools: [ToolFacts]) -> CheckAnswer {
        guard tools.contains(where: \.changes) else { return CheckAnswer(evidence: "No tool changes anything.") }
        let byNeed = Dictionary(grouping: tools.filter { $0.permissions.value != nil }) {
            Set($0.permissions.value ?? [])
        }
        return .each(of: tools, "tool", none: "There are no tools.", known: \.permissions.reason) { tool in
            let own = tool.permissions.value ?? []
            // Operations without permissions are all open to the one key that there is.
            let reached = byNeed.filter { $0.key.isEmpty == own.isEmpty && $0.key.isSubset(of: own) }.flatMap(\.value)
            guard let reach = beyond(tool, in: reached) else { return nil }
            let what = own.isEmpty ? "no permission of its own" : "broad permissions: \(Words.list(own))"
            return Fault(
                .broadPermission,
                reach.severity,
                tool.name,
                "\(tool.name) (\(tool.classWords)) has \(what): its credential also lets its holder do "
                    + "\(Words.list(reach.others.map(\.name))).",
                Remedy(
                    Commands.register(tool),
                    advice: Commands.prelude(tool)
                        + " The upstream knows no narrower permission, so that the grant has to be narrow: one secret "
                        + "for one tool, one use a token."
                )
            )
        }
    }
}
