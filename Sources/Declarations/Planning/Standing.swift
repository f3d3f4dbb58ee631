import Alerting
import Rotating
import Scheduling
package import WarderModel
package import WarderWire

/// What a vault has: its inventory as a declaration, and what else a plan has to know of it.
package struct Standing: Sendable {
    package var declaration = Declaration()
    /// Names this state.
    package let mark: String
    package let profile: Profile
    /// Whether records cannot be read, so that something may be missing.
    package let isDamaged: Bool
    /// Fields of secrets that can be named.
    package var secrets: [SecretName: [FieldName]] = [:]
    /// Definitions that wait to be accepted.
    package var offers: [ToolID: String] = [:]
    /// Why definitions were accepted.
    package var acceptedReasons: [ToolID: PlainText] = [:]

    /// An answer that this version does not understand.
    package struct Unknown: Error {}

    package init(_ inventory: Inventory) throws(Unknown) {
        guard let profile = Profile(rawValue: inventory.profile) else { throw Unknown() }
        mark = inventory.mark
        self.profile = profile
        isDamaged = inventory.damaged
        do {
            for server in inventory.servers {
                declaration.servers[try ServerName(server.name)] = try ServerTerms(server)
            }
            for tool in inventory.tools {
                let name = try ToolID(tool.name)
                declaration.tools[name] = try ToolTerms(tool)
                offers[name] = tool.offeredDigest
                acceptedReasons[name] = try tool.acceptedReason.map { try PlainText($0) }
            }
            for grant in inventory.grants {
                let place = GrantPlace(tool: try ToolID(grant.tool), secret: try SecretName(grant.secret))
                declaration.grants[place] = try GrantTerms(grant)
            }
            for rotation in inventory.rotations {
                declaration.rotations[try SecretName(rotation.secret)] = try RotationTerms(rotation.plan)
            }
            try takeRules(of: inventory)
            for secret in inventory.secrets {
                secrets[try SecretName(secret.name)] = try secret.fields.map { try FieldName($0) }
            }
        } catch { throw Unknown() }
    }

    private mutating func takeRules(of inventory: Inventory) throws {
        for limit in inventory.limits {
            let server = try limit.server.map { try ServerName($0) }
            let risk = try known(Tool.Risk(rawValue: limit.risk))
            declaration.limits[RateLimit.Scope(server: server, risk: risk)] = try known(RateSetting(limit.limit))
        }
        for rule in inventory.approvalRules {
            let scope = ApprovalRule.Scope(
                server: try rule.server.map { try ServerName($0) },
                risk: try known(Tool.Risk(rawValue: rule.risk)),
                category: try known(Tool.Category(rawValue: rule.category))
            )
            declaration.approvals[scope] = ApprovalTerms(try rule.votes.map { try ApprovalTerms.Seat($0) })
        }
        for line in inventory.alertRules {
            let rule = try known(AlertRule(rawValue: line.rule))
            let settings = AlertSettings(line.settings, of: rule)
            if settings != .usual(rule) { declaration.alerts[rule] = settings }
        }
    }
}

private func known<Value>(_ value: Value?) throws(Standing.Unknown) -> Value {
    guard let value else { throw Standing.Unknown() }
    return value
}

extension ServerTerms {
    fileprivate init(_ server: ServerRequest) throws {
        let fields = server.selectors
        self.init(
            owner: try server.owner.map { try PlainText($0) },
            selectors: Selectors(
                uid: fields.uid,
                gid: fields.gid,
                group: fields.group,
                unit: fields.unit,
                executable: fields.executable,
                executableSHA256: fields.executableSHA256,
                isLaunched: fields.launch ?? false
            )
        )
    }
}

extension ToolTerms {
    fileprivate init(_ tool: Inventory.Tool) throws {
        self.init(risk: try known(Tool.Risk(rawValue: tool.risk)))
        category = try known(Tool.Category(rawValue: tool.category))
        reason = try tool.reason.map { try PlainText($0) }
        owner = try tool.owner.map { try PlainText($0) }
        text = try tool.description.map { try PlainText($0) }
        expectedOutputs = try tool.expectedOutputs.map { try PlainText($0) }
        permissions = try tool.permissions?.map { try PlainText($0) }
        definition = tool.definitionDigest
        pin = try tool.pin.map { try known(Tool.Pin(rawValue: $0)) }
    }
}

extension GrantTerms {
    fileprivate init(_ grant: GrantRequest) throws {
        self.init()
        fields = try grant.fields?.map { try FieldName($0) }.sorted() ?? fields
        lifetime = grant.ttl ?? lifetime
        uses = grant.uses
        approval = try grant.approval.map { try known(Grant.Approval(rawValue: $0)) } ?? approval
        maxStale = grant.maxStale
        attestation = try grant.attestation.map { try known(Peer.Attestation(rawValue: $0)) } ?? attestation
        expires = try grant.expires.map { try known(Timestamp(rfc3339: $0)) }
    }
}

extension RotationTerms {
    fileprivate init(_ plan: RotationRequest) throws {
        self.init(rotator: try Rotator(plan.rotator))
        for (name, value) in plan.settings ?? [:] { settings[try RotatorSetting(name)] = try PlainText(value) }
        helper = try plan.helper.map { try SecretName($0) }
        overlap = plan.overlap
        attempts = plan.attempts ?? attempts
        guard plan.schedule != nil || plan.maximumAge != nil || plan.expiryLead != nil else { return }
        timing = try RotationTiming(
            schedule: try plan.schedule.map { try Schedule($0) },
            window: try plan.window.map { try DailyWindow($0) },
            jitterSeconds: plan.jitter ?? 0,
            maximumAgeSeconds: plan.maximumAge,
            expiryLeadSeconds: plan.expiryLead ?? RotationTiming.standardExpiryLeadSeconds
        )
    }
}

extension AlertSettings {
    fileprivate init(_ request: AlertRuleRequest, of rule: AlertRule) {
        self = .usual(rule)
        isOn = request.on ?? isOn
        threshold = request.threshold.flatMap(UInt32.init(exactly:)) ?? threshold
        seconds = request.seconds.flatMap(UInt32.init(exactly:)) ?? seconds
        hours = request.hours.flatMap { $0.isEmpty ? nil : $0 }
        quarantines = request.quarantine ?? quarantines
    }
}
