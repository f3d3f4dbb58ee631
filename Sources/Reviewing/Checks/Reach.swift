import WarderModel

/// How far the credential of a tool reaches beyond the tool.
///
/// In a vault it is what else the same secret is granted for; in a document, what else the same permissions suffice
/// for.
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

    // MARK: In a vault

    private static func granted(_ grants: [GrantFacts], _ facts: ReviewFacts) -> CheckAnswer {
        guard !grants.isEmpty else { return .notEvaluated("There are no grants.") }
        let tools = Dictionary(facts.tools.map { ($0.name, $0) }) { one, _ in one }
        let bySecret = Dictionary(grouping: grants, by: \.secret)
        return .each(of: grants, "grant", none: "There are no grants.", known: { unknown($0, bySecret, tools) }) {
            grant in
            guard let tool = tools[grant.tool] else { return nil }
            let worse = (bySecret[grant.secret] ?? []).compactMap { tools[$0.tool] }.filter { $0.isWorse(than: tool) }
            guard let worst = worse.map(\.severity).min() else { return nil }
            return Fault(
                .broadCredential,
                worst == .critical ? .high : .medium,
                "\(grant.tool) \(grant.secret)",
                "\(tool.name) (\(tool.classWords)) is given \(grant.secret), with which "
                    + "\(Words.list(worse.map { "\($0.name) (\($0.classWords))" })) can be done as well.",
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
        let changing = tools.filter(\.changes)
        guard !changing.isEmpty else { return CheckAnswer(evidence: "No tool changes anything.") }
        return .each(of: tools, "tool", none: "There are no tools.", known: \.permissions.reason) { tool in
            guard let own = tool.permissions.value, !own.isEmpty else { return nil }
            let others = changing.filter { other in
                other.name != tool.name && !(other.permissions.value ?? []).isEmpty
                    && Set(other.permissions.value ?? []).isSubset(of: own)
            }
            guard !others.isEmpty else { return nil }
            let worst = (others + [tool]).map(\.severity).min() ?? .medium
            return Fault(
                .broadPermission,
                worst == .critical ? .high : .medium,
                tool.name,
                "\(tool.name) (\(tool.classWords)) has broad permissions: \(Words.list(own)) "
                    + "also \(own.count == 1 ? "lets" : "let") its holder do \(Words.list(others.map(\.name))).",
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

extension ToolFacts {
    /// Whether whoever may do this one may not be given that one for nothing.
    fileprivate func isWorse(than other: ToolFacts) -> Bool { severity < other.severity && changes }
}
