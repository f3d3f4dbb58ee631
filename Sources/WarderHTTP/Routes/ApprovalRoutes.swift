import HashTreeCollections
import NIOHTTP1
import WarderCore
import WarderModel
import WarderWire

/// Asking people, and what they answer.
extension RouteTable {
    /// For servers.
    static let approvalState = Route(.GET, "/v1/approvals/{approval}", query: ["wait"]) { exchange throws(Problem) in
        try exchange.awaitApproval()
    }

    /// For people.
    static let approvals: [Route] = [
        Route(.GET, "/v1/approvals", action: .approvalList) { exchange in
            exchange.ask(Approvals.list(by: exchange.caller)) { lines in
                .json(ApprovalList(approvals: lines.map(ApprovalSummary.init)))
            }
        },
        Route(.GET, "/v1/approvals/{approval}", action: .approvalShow) { exchange throws(Problem) in
            exchange.ask(Approvals.show(try exchange.name("approval"), by: exchange.caller)) {
                .json(ApprovalDetail($0))
            }
        },
        Route(.POST, "/v1/approvals/{approval}/approve", action: .approvalApprove, body: .small) {
            exchange throws(Problem) in
            try exchange.answer(Approvals.approve)
        },
        Route(.POST, "/v1/approvals/{approval}/deny", action: .approvalDeny, body: .small) {
            exchange throws(Problem) in
            try exchange.answer(Approvals.deny)
        },
        Route(.POST, "/v1/approvals/{approval}/break-glass", action: .approvalBreakGlass, body: .small) {
            exchange throws(Problem) in
            try exchange.answer(Approvals.breakGlass)
        },
        Route(.POST, "/v1/approvals/{approval}/review", action: .approvalReview, body: .small) {
            exchange throws(Problem) in
            try exchange.answer(Approvals.review)
        },
        Route(.GET, "/v1/approval-rules", action: .approvalRuleList) { exchange in
            exchange.ask(Approvals.rules(by: exchange.caller)) { lines in
                .json(ApprovalRuleList(rules: lines.map(ApprovalRuleSummary.init)))
            }
        },
        Route(.PUT, "/v1/approval-rules", action: .approvalRuleSet, body: .small) { exchange throws(Problem) in
            let request = try exchange.decode(ApprovalRuleRequest.self)
            return exchange.ask(try Approvals.setRule(request, by: exchange.caller)) {
                .json(ApprovalRuleSummary($0))
            }
        },
        Route(.DELETE, "/v1/approval-rules/{risk}/{category}", action: .approvalRuleRemove, query: ["server"]) {
            exchange throws(Problem) in
            let scope = try ApprovalRule.Scope(
                server: try exchange.target.parameter("server"),
                risk: exchange.parameters["risk"] ?? "",
                category: exchange.parameters["category"] ?? ""
            )
            return exchange.ask(Approvals.removeRule(scope, by: exchange.caller)) { .json(Done(name: scope.text)) }
        },
        Route(.GET, "/v1/standing-approvals", action: .standingList) { exchange in
            exchange.ask(Approvals.listStanding(by: exchange.caller)) { found in
                .json(StandingList(approvals: found.map(StandingSummary.init)))
            }
        },
        Route(.POST, "/v1/standing-approvals", action: .standingAdd, body: .small) { exchange throws(Problem) in
            let terms = try Approvals.StandingTerms(exchange.decode(StandingRequest.self))
            return exchange.ask(Approvals.addStanding(terms, by: exchange.caller)) {
                .json(StandingSummary($0), .created)
            }
        },
        Route(.DELETE, "/v1/standing-approvals/{standing}", action: .standingRevoke) { exchange throws(Problem) in
            let id: StandingApprovalID = try exchange.name("standing")
            return exchange.ask(Approvals.revokeStanding(id, by: exchange.caller)) { .json(Done(name: id.text)) }
        },
    ]
}

extension Exchange {
    fileprivate func awaitApproval() throws(Problem) -> Work {
        let id: ApprovalID = try name("approval")
        let seconds = try Self.waitSeconds(target.parameter("wait"))
        let (vault, caller) = (vault, caller)
        let ask:
            @Sendable (@escaping @Sendable (@escaping @Sendable () -> Work.Outcome) -> Void) -> @Sendable () -> Void =
                { finish in
                    vault.approvals.ask(vault, id, seconds: seconds, by: caller) { outcome in
                        finish { outcome.map { .json(ApprovalState($0)) } }
                    }
                }
        if seconds == 0 { return .decision(.approvalWatch) { finish in _ = ask(finish) } }
        guard vault.approvals.hasRoom(for: caller) else { throw .tooManyLongPolls }
        return .wait(ask)
    }

    /// What somebody says, and why.
    fileprivate func answer(_ command: (ApprovalID, PlainText, Caller) -> Command<Approval>) throws(Problem) -> Work {
        let request = try decode(ApprovalAnswer.self)
        let id: ApprovalID = try name("approval")
        let reason = try Exchange.words(request.reason, what: "The reason")
        let vault = vault
        return ask(command(id, reason, caller)) { approval in
            let state = vault.state
            let standing = state?.standing(of: approval, at: vault.clock.now().wall) ?? .pending
            let missing = standing == .pending ? state?.missing(of: approval) ?? [] : []
            return .json(
                ApprovalDecided(
                    approval: approval.name.text,
                    state: standing.rawValue,
                    missing: missing.map(\.text)
                )
            )
        }
    }
}
