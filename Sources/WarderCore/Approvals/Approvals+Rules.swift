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
        /// Seats for which there are too few operators, whatever the call is: no call of the class is ever let through.
        package let unfilled: [ApprovalTerms.Seat]

        fileprivate init(
            _ scope: ApprovalRule.Scope,
            _ terms: ApprovalTerms,
            by rule: ApprovalRule?,
            in state: VaultState
        ) {
            self.scope = scope
            self.terms = terms
            self.rule = rule
            unfilled = state.unfilled(terms)
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
                    lines.append(RuleLine(scope, rule?.terms ?? standard, by: rule, in: state))
                }
            }
            let others = state.approvalRules.values.filter { $0.scope.server != nil }.sorted { $0.scope < $1.scope }
            return lines + others.map { RuleLine($0.scope, $0.terms, by: $0, in: state) }
        }
    }

    /// Replaces what is asked for. What was approved under other terms lets nothing through any more. Requires `admin`,
    /// and presence.
    ///
    /// A group with too few people in it is said in the answer: others can join it.
    ///
    /// - Throws: `notFound` for a server that is not registered, and for a group of which no operator is: it would be a
    ///   word that was mistyped, and every call of the class would wait in vain.
    package static func setRule(
        _ scope: ApprovalRule.Scope,
        _ terms: ApprovalTerms,
        by caller: Caller
    ) -> Command<RuleLine> {
        Command(.approvalRuleSet, by: caller, describe: { describe(scope, terms, &$0) }) {
            transaction,
            event throws(Refusal) in
            if let server = scope.server, transaction.state.servers[server] == nil { throw .notFound }
            guard terms.groups.isSubset(of: transaction.state.approverGroups) else { throw .notFound }
            guard case .person(let author, _) = event.actor else { throw .notAnOperator }
            // Whoever says what holds takes away what cannot be read.
            transaction.removeAllLost(.approvalRule, &event)
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
            return RuleLine(scope, terms, by: rule, in: transaction.state)
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

    /// Groups that an operator is in, whether or not they may approve anything.
    fileprivate var approverGroups: Set<String> { Set(operators.values.flatMap(\.groups)) }

    /// Seats that stay empty though every operator votes. Anybody who approves may be the owner of something.
    fileprivate func unfilled(_ terms: ApprovalTerms) -> [ApprovalTerms.Seat] {
        terms.free(after: operators.values.map { seats(of: $0).union($0.roles.contains(.approver) ? [.owner] : []) })
    }
}
