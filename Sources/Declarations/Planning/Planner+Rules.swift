import Alerting
import Rotating
import Scheduling
import WarderModel
import WarderWire

/// Rotations, limits, and rules.
extension Planner {
    // MARK: Rotations

    mutating func compare(_ secret: SecretName, _ terms: RotationTerms) {
        let subject = Declaration.Subject.rotation(secret)
        let old = present.rotations[secret]
        guard old != terms else { return }
        requireSecret(secret, for: subject)
        if let helper = terms.helper { requireSecret(helper, for: subject) }
        var notes = ChangeNotes()
        let plan = RotationRequest(terms)
        let before = old.map(RotationRequest.init)
        notes.note("rotator", before?.rotator, plan.rotator)
        notes.note("schedule", before?.schedule, plan.schedule)
        notes.note("window", before?.window, plan.window)
        notes.note("max age", before?.maximumAge, plan.maximumAge, DurationText.text)
        notes.note("before expiry", before?.expiryLead, plan.expiryLead, DurationText.text)
        notes.note("jitter", before?.jitter, plan.jitter, DurationText.text)
        notes.note("overlap", before?.overlap, plan.overlap, DurationText.text)
        notes.note("attempts", before?.attempts, plan.attempts)
        notes.note("helper", before?.helper, plan.helper)
        notes.note("settings", before?.settings ?? [:], plan.settings ?? [:]) {
            "{\($0.sorted { $0.key < $1.key }.map { "\($0.key): \(YAMLPage.scalar($0.value))" }.joined(separator: ", "))}"
        }
        noteHands(old, terms, &notes)
        if let old { noteSlower(old, terms, &notes) }
        add(subject, old == nil ? .add : .change, notes) {
            $0.rotationSet = Inventory.Rotation(secret: secret.text, plan: plan)
        }
    }

    /// Which programs get values, and what they are told.
    private func noteHands(_ old: RotationTerms?, _ new: RotationTerms, _ notes: inout ChangeNotes) {
        if let old {
            notes.widen("another rotator makes the values", if: old.rotator != new.rotator)
            notes.widen("the rotator is told otherwise", if: old.settings != new.settings)
            notes.widen("more values are tried before a person looks", if: new.attempts > old.attempts)
        } else {
            notes.widen("a program is given its values", if: new.rotator != .random)
        }
        notes.widen("the rotator is given another secret", if: new.helper != nil && new.helper != old?.helper)
    }

    /// What makes values live longer.
    private func noteSlower(_ old: RotationTerms, _ new: RotationTerms, _ notes: inout ChangeNotes) {
        notes.widen("no longer changes by itself", if: old.timing != nil && new.timing == nil)
        if let before = old.timing, let after = new.timing {
            // Two schedules cannot be held against each other, nor two windows.
            notes.widen(
                "changes at other times",
                if: (before.schedule != nil && before.schedule != after.schedule)
                    || (after.window != nil && before.window != after.window)
            )
            notes.widen("changes later", if: after.jitterSeconds > before.jitterSeconds)
            notes.widen("changes closer to its expiry", if: after.expiryLeadSeconds < before.expiryLeadSeconds)
            notes.widen(
                "values get older",
                if: before.maximumAgeSeconds.map { $0 < after.maximumAgeSeconds ?? .max } ?? false
            )
        }
        // Without an overlap of its own a rotation has the secret's, which is not in an inventory.
        let isLonger = old.overlap.map { $0 < new.overlap ?? .max } ?? (new.overlap != nil)
        notes.widen("old values may be valid for longer", if: isLonger)
    }

    // MARK: Limits

    mutating func compare(_ scope: RateLimit.Scope, _ setting: RateSetting) {
        let old = present.limits[scope]
        guard old != setting else { return }
        var notes = ChangeNotes()
        notes.note("limit", old?.text, setting.text)
        notes.widen("more often", if: setting.rate > holding(scope, in: present).rate)
        set(scope, setting, old == nil ? .add : .change, notes)
    }

    /// What holds for a scope.
    private func holding(_ scope: RateLimit.Scope, in declaration: Declaration) -> RateSetting {
        declaration.limits[scope] ?? declaration.limits[RateLimit.Scope(server: nil, risk: scope.risk)]
            ?? .perMinute(RateLimit.usual(scope.risk))
    }

    private mutating func set(
        _ scope: RateLimit.Scope,
        _ setting: RateSetting,
        _ kind: Plan.Kind,
        _ notes: ChangeNotes
    ) {
        add(.limit(scope), kind, notes) {
            $0.limitSet = LimitRequest(server: scope.server?.text, risk: scope.risk.rawValue, limit: setting.text)
        }
    }

    // MARK: Approvals

    mutating func compare(_ scope: ApprovalRule.Scope, _ terms: ApprovalTerms) {
        let old = present.approvals[scope]
        guard old != terms else { return }
        guard !standing.isDamaged else { return faultUnreadable(scope) }
        var notes = ChangeNotes()
        notes.note("votes", holding(scope, in: present).description, terms.description)
        if notes.details.isEmpty { notes.note("votes", terms.description) }
        noteFewer(holding(scope, in: present), terms, &notes)
        add(.approval(scope), old == nil ? .add : .change, notes) {
            $0.ruleSet = ApprovalRuleRequest(
                server: scope.server?.text,
                risk: scope.risk.rawValue,
                category: scope.category.rawValue,
                votes: terms.seats.map(\.text)
            )
        }
    }

    /// The first rule that is set takes away those that cannot be read: that is a decision of its own.
    private mutating func faultUnreadable(_ scope: ApprovalRule.Scope) {
        fault(
            .approval(scope),
            "records of the vault cannot be read, and a rule that asks more people may be among them",
            "see what: warder doctor --deep; then say by hand what holds: warder approval rule set"
        )
    }

    func holding(_ scope: ApprovalRule.Scope, in declaration: Declaration) -> ApprovalTerms {
        let general = ApprovalRule.Scope(server: nil, risk: scope.risk, category: scope.category)
        return declaration.approvals[scope] ?? declaration.approvals[general]
            ?? .standard(scope.risk, scope.category, in: standing.profile)
    }

    /// Two votes of one group are more than one.
    func noteFewer(_ old: ApprovalTerms, _ new: ApprovalTerms, _ notes: inout ChangeNotes) {
        var missing = old.seats
        for seat in new.seats {
            if let index = missing.firstIndex(of: seat) { missing.remove(at: index) }
        }
        notes.widen(new.isEmpty ? "nobody is asked" : "fewer are asked, or others", if: !missing.isEmpty)
    }

    // MARK: Alerts

    mutating func compare(_ rule: AlertRule, _ settings: AlertSettings) {
        compare(rule, settings, .change)
    }

    private mutating func compare(_ rule: AlertRule, _ settings: AlertSettings, _ kind: Plan.Kind) {
        let old = present.alerts[rule] ?? .usual(rule)
        guard old != settings else { return }
        var notes = ChangeNotes()
        notes.note("enabled", old.isOn, settings.isOn)
        notes.note("threshold", old.threshold, settings.threshold)
        notes.note("within", Int64(old.seconds), Int64(settings.seconds), DurationText.text)
        notes.note("hours", old.hours, settings.hours)
        notes.note("quarantine", old.quarantines, settings.quarantines)
        notes.widen("looks at nothing", if: old.isOn && !settings.isOn)
        notes.widen("finds less", if: settings.threshold > old.threshold || settings.seconds < old.seconds)
        notes.widen("looks at no hours", if: old.hours != nil && settings.hours == nil)
        // Which hours of a day are how many others is not worked out.
        notes.widen(
            "looks at other hours",
            if: old.hours != nil && settings.hours != nil && old.hours != settings.hours
        )
        notes.widen("blocks nobody by itself", if: old.quarantines && !settings.quarantines)
        add(.alert(rule), kind, notes) {
            $0.alertSet = NamedAlertRule(
                rule: rule.rawValue,
                settings: AlertRuleRequest(
                    on: settings.isOn,
                    threshold: rule.counts ? Int64(settings.threshold) : nil,
                    seconds: rule.counts ? Int64(settings.seconds) : nil,
                    hours: rule == .offHours ? settings.hours ?? "" : nil,
                    quarantine: settings.quarantines
                )
            )
        }
    }

    // MARK: What goes

    /// What the file does not have. Secrets and values are not in an inventory, and never go.
    mutating func prune() {
        for place in present.grants.keys.sorted() where wanted.grants[place] == nil {
            add(.grant(place), .remove, ChangeNotes()) {
                $0.grantRemove = InventoryChange.Grant(tool: place.tool.text, secret: place.secret.text)
            }
        }
        for secret in present.rotations.keys.sorted() where wanted.rotations[secret] == nil {
            var notes = ChangeNotes()
            notes.widen("no longer changes by itself", if: present.rotations[secret]?.timing != nil)
            add(.rotation(secret), .remove, notes) { $0.rotationRemove = secret.text }
        }
        pruneRules()
        for tool in present.tools.keys.sorted() where wanted.tools[tool] == nil {
            add(.tool(tool), .remove, ChangeNotes()) { $0.toolRemove = tool.text }
        }
        // With a server go its limits and rules.
        for server in present.servers.keys.sorted() where wanted.servers[server] == nil {
            var notes = ChangeNotes()
            for scope in present.limits.keys.sorted() where scope.server == server {
                notes.note("with its limit", Declaration.Subject.limit(scope).name)
            }
            for scope in present.approvals.keys.sorted() where scope.server == server {
                notes.note("with its approval rule", scope.text)
            }
            add(.server(server), .remove, notes) { $0.serverRemove = server.text }
        }
    }

    private mutating func pruneRules() {
        for scope in present.limits.keys.sorted() where wanted.limits[scope] == nil && stays(scope.server) {
            var notes = ChangeNotes()
            let after = holding(scope, in: wanted)
            notes.note("limit", present.limits[scope]?.text, after.text)
            notes.widen("more often", if: after.rate > holding(scope, in: present).rate)
            set(scope, .inherit, .remove, notes)
        }
        for scope in present.approvals.keys.sorted() where wanted.approvals[scope] == nil && stays(scope.server) {
            guard !standing.isDamaged else {
                faultUnreadable(scope)
                continue
            }
            let (before, after) = (holding(scope, in: present), holding(scope, in: wanted))
            var notes = ChangeNotes()
            notes.note("votes", before.description, after.description)
            noteFewer(before, after, &notes)
            add(.approval(scope), .remove, notes) {
                $0.ruleRemove = InventoryChange.Scope(
                    server: scope.server?.text,
                    risk: scope.risk.rawValue,
                    category: scope.category.rawValue
                )
            }
        }
        for rule in AlertRule.allCases where present.alerts[rule] != nil && wanted.alerts[rule] == nil {
            compare(rule, .usual(rule), .remove)
        }
    }

    private func stays(_ server: ServerName?) -> Bool { server.map { wanted.servers[$0] != nil } ?? true }
}

extension RateSetting {
    /// To compare by; without a limit is the most.
    fileprivate var rate: UInt32 {
        switch self {
        case .perMinute(let number): number
        case .off, .inherit: .max
        }
    }
}

extension RotationRequest {
    fileprivate init(_ terms: RotationTerms) {
        self.init(rotator: terms.rotator.text)
        settings = Dictionary(uniqueKeysWithValues: terms.settings.map { ($0.key.text, $0.value.text) })
        helper = terms.helper?.text
        schedule = terms.timing?.schedule?.description
        window = terms.timing?.window?.description
        jitter = terms.timing?.jitterSeconds
        maximumAge = terms.timing?.maximumAgeSeconds
        expiryLead = terms.timing?.expiryLeadSeconds
        overlap = terms.overlap
        attempts = terms.attempts
    }
}
