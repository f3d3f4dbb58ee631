import Alerting
import HashTreeCollections
import Reviewing
import WarderModel

extension ApprovalFacts {
    /// What holds for each class of calls, everywhere and at single servers, and who could give the votes.
    init(of state: VaultState, at now: Timestamp) {
        var decided: [ApprovalRule.Scope: (tools: Set<ToolID>, empty: Set<ApprovalTerms.Seat>)] = [:]
        for grant in state.grants.values where grant.approval == .byClass && grant.expires.map({ $0 > now }) ?? true {
            guard let tool = state.tools[grant.tool] else { continue }
            let standard = ApprovalRule.Scope(server: nil, risk: tool.risk, category: tool.category)
            let scope = state.approvalRule(of: tool)?.scope ?? standard
            decided[scope, default: ([], [])].tools.insert(tool.name)
            decided[scope, default: ([], [])].empty.formUnion(ApprovalDiagnosis.unreachable(tool, grant, in: state))
        }
        let classes = Tool.Risk.allCases.flatMap { risk in
            Tool.Category.allCases.map { ApprovalRule.Scope(server: nil, risk: risk, category: $0) }
        }
        let scopes = Set(classes).union(state.approvalRules.keys).sorted()
        self.init(
            rules: scopes.map { scope in
                let standard = ApprovalTerms.standard(scope.risk, scope.category, in: state.profile)
                return Rule(
                    server: scope.server?.text,
                    risk: scope.risk,
                    category: scope.category,
                    groups: (state.approvalRules[scope]?.terms ?? standard).seats.map(\.text),
                    empty: (decided[scope]?.empty ?? []).sorted().map(\.text),
                    tools: decided[scope]?.tools.count ?? 0
                )
            },
            unreviewed: state.approvals.values.filter(\.awaitsReview).map(\.name.text).sorted(),
            standing: state.standingApprovals.values.filter { $0.holds(at: now) }.map(Standing.init)
                .sorted { ($0.subject, $0.id) < ($1.subject, $1.id) }
        )
    }
}

extension ApprovalFacts.Standing {
    fileprivate init(_ yes: StandingApproval) {
        self.init(
            id: yes.name.text,
            subject: yes.tool.map { "\(yes.server)/\($0)" } ?? yes.server.text,
            bound: yes.arguments != nil,
            remaining: Int(yes.remaining),
            expires: Instant(yes.expires),
            author: yes.madeBy.text
        )
    }
}

extension LimitFacts {
    init(of state: VaultState, usual: RateLedger.Usual) {
        let general = Tool.Risk.allCases.map { RateLimit.Scope(server: nil, risk: $0) }
        self.init(
            limits: Set(general).union(state.limits.keys).sorted().map { scope in
                Limit(
                    server: scope.server?.text,
                    risk: scope.risk,
                    rate: state.limit(scope, usual: usual).perMinute.map { Int($0) }
                )
            }
        )
    }
}

extension AlertFacts {
    /// `programs`: who is told by the configuration.
    init(of state: VaultState, toldTo programs: [String], at now: Timestamp) {
        let rules = AlertRule.allCases.map { state.standing(of: $0, at: now) }
        self.init(
            // Without hours there are none that would be unusual.
            rules: rules.filter { $0.settings.isOn && ($0.rule != .offHours || $0.settings.hours != nil) }
                .map(\.rule.rawValue),
            off: rules.filter { !$0.settings.isOn }.map(\.rule.rawValue),
            settings: rules.map { Setting($0.rule, $0.settings) },
            muted: rules.flatMap { rule in
                rule.mutes.map {
                    Mute(rule: rule.rule.rawValue, subject: $0.subject.description, until: Instant($0.until))
                }
            },
            destinations: programs,
            // It stands in the log alone: ``Vault/lastTold()``.
            told: .notEvaluated("Nobody looked for notices in the log."),
            open: state.openAlerts.values.compactMap { state.alerts[$0] }
                .map { (first: $0.first, id: $0.id.description) }.sorted { $0 < $1 }.map(\.id)
        )
    }
}

extension AlertFacts.Setting {
    fileprivate init(_ rule: AlertRule, _ settings: AlertSettings) {
        self.init(
            rule: rule.rawValue,
            threshold: rule.counts ? Int(settings.threshold) : nil,
            seconds: rule.counts ? Int(settings.seconds) : nil,
            hours: settings.hours,
            quarantine: settings.quarantines
        )
    }
}
