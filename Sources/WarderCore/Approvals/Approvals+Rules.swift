import HashTreeCollections
package import WarderModel

/// Saying whose votes are needed.
extension Approvals {
    /// One class, and who is asked about its calls.
    package struct RuleLine: Sendable {
        package let scope: ApprovalRule.Scope
        package let terms: ApprovalTerms
        /// `nil` where the standard decides.
        package let rule: ApprovalRule?

        package init(scope: ApprovalRule.Scope, terms: ApprovalTerms, rule: ApprovalRule?) {
            self.scope = scope
            self.terms = terms
            self.rule = rule
        }
    }

    /// Every class with what decides about it, and the rules of single servers. Requires a registered operator.
    package static func rules(by caller: Caller) -> Command<[RuleLine]> {
        Command(.approvalRuleList, by: caller) { transaction, _ throws(Refusal) in
            let state = transaction.state
            var lines: [RuleLine] = []
            for category in Tool.Category.allCases {
                for risk in Tool.Risk.allCases {
                    let scope = ApprovalRule.Scope(server: nil, risk: risk, category: category)
                    let rule = state.approvalRules[scope]
                    let standard = ApprovalTerms.standard(risk, category, in: state.profile)
                    lines.append(RuleLine(scope: scope, terms: rule?.terms ?? standard, rule: rule))
                }
            }
            let others = state.approvalRules.values.filter { $0.scope.server != nil }.sorted { $0.scope < $1.scope }
            return lines + others.map { RuleLine(scope: $0.scope, terms: $0.terms, rule: $0) }
        }
    }

    /// Replaces what is asked for. What was approved under other terms lets nothing through any more. Requires `admin`,
    /// and presence.
    ///
    /// - Throws: `notFound` for a server that is not registered.
    package static func setRule(
        _ scope: ApprovalRule.Scope,
        _ terms: ApprovalTerms,
        by caller: Caller
    ) -> Command<ApprovalRule> {
        Command(.approvalRuleSet, by: caller, describe: { describe(scope, terms, &$0) }) {
            transaction,
            event throws(Refusal) in
            if let server = scope.server, transaction.state.servers[server] == nil { throw .notFound }
            guard case .person(let author, _) = event.actor else { throw .notAnOperator }
            // Whoever says what holds takes away what cannot be read.
            transaction.removeLostApprovalRules(&event)
            let now = transaction.now.wall
            let before = transaction.state.terms(for: scope)
            if before != terms { event.tell(gone: ["votes=\(before)"]) }
            var rule =
                transaction.state.approvalRules[scope]
                ?? ApprovalRule(
                    id: transaction.keys.newRecordID(),
                    scope: scope,
                    terms: terms,
                    changed: now,
                    changedBy: author
                )
            rule.terms = terms
            rule.changed = now
            rule.changedBy = author
            try transaction.put(rule, &event)
            return rule
        }
    }

    /// Goes back to what holds without the rule. Requires `admin`, and presence.
    package static func removeRule(_ scope: ApprovalRule.Scope, by caller: Caller) -> Command<Void> {
        Command(.approvalRuleRemove, by: caller, describe: { describe(scope, nil, &$0) }) {
            transaction,
            event throws(Refusal) in
            guard let rule = transaction.state.approvalRules[scope] else { throw .notFound }
            transaction.remove(rule, &event)
            event.changes.append("votes=\(transaction.state.terms(for: scope))")
            event.tell(gone: ["votes=\(rule.terms)"])
        }
    }

    private static func describe(_ scope: ApprovalRule.Scope, _ terms: ApprovalTerms?, _ event: inout Event) {
        event.server = scope.server
        event.changes = ["scope=\(scope.text)"] + (terms.map { ["votes=\($0)"] } ?? [])
    }
}

extension VaultState {
    /// What is asked for in a scope: by its rule, by the one for all servers, or by the standard.
    fileprivate func terms(for scope: ApprovalRule.Scope) -> ApprovalTerms {
        let general = ApprovalRule.Scope(server: nil, risk: scope.risk, category: scope.category)
        return (approvalRules[scope] ?? approvalRules[general])?.terms
            ?? .standard(scope.risk, scope.category, in: profile)
    }
}
