import Alerting
import HashTreeCollections
import Rotating
import WarderCore
import WarderModel
import WarderWire

/// The state in the words of the requests that would make it.
extension Inventory {
    init(_ state: VaultState) {
        self.init(mark: state.inventoryMark, profile: state.profile.rawValue, damaged: !state.lost.isEmpty)
        servers = state.servers.values.sorted { $0.name < $1.name }.map {
            ServerRequest(name: $0.name.text, owner: $0.owner?.text, selectors: SelectorFields($0.selectors))
        }
        tools = state.tools.values.sorted { $0.name < $1.name }.map { Tool($0, state.definition(of: $0)) }
        grants = state.grants.sorted { $0.key < $1.key }.map { GrantRequest($0.value) }
        rotations = state.rotations.values.sorted { $0.secret < $1.secret }.map {
            Rotation(secret: $0.secret.text, plan: RotationRequest($0))
        }
        limits = state.limits.values.sorted { $0.scope < $1.scope }.map { limit in
            let setting = limit.perMinute.map(RateSetting.perMinute) ?? .off
            return LimitRequest(server: limit.server?.text, risk: limit.risk.rawValue, limit: setting.text)
        }
        approvalRules = state.approvalRules.values.sorted { $0.scope < $1.scope }.map { rule in
            ApprovalRuleRequest(
                server: rule.scope.server?.text,
                risk: rule.scope.risk.rawValue,
                category: rule.scope.category.rawValue,
                votes: rule.terms.seats.map(\.text)
            )
        }
        alertRules = AlertRule.allCases.map { rule in
            NamedAlertRule(
                rule: rule.rawValue,
                settings: AlertRuleRequest(state.policies[rule]?.settings ?? .usual(rule), of: rule)
            )
        }
        secrets = state.secrets.values.filter { $0.deleted == nil }.sorted { $0.name < $1.name }.map {
            Secret(name: $0.name.text, fields: $0.current?.fields.map(\.text) ?? [])
        }
    }
}

extension Inventory.Tool {
    fileprivate init(_ tool: WarderModel.Tool, _ definition: Definition?) {
        self.init(name: tool.name.text, risk: tool.risk.rawValue, category: tool.category.rawValue)
        description = tool.text == definition?.accepted?.text ? nil : tool.text?.text
        reason = tool.decision?.reason?.text
        owner = tool.owner?.text
        expectedOutputs = tool.expectedOutputs?.text
        permissions = tool.permissions?.map(\.text)
        definitionDigest = tool.definitionDigest
        pin = tool.definitionDigest == nil ? nil : (tool.pin ?? .always).rawValue
        acceptedReason = tool.acceptance?.reason?.text
        offeredDigest = tool.offer?.digest
    }
}

extension GrantRequest {
    fileprivate init(_ grant: Grant) {
        self.init(
            tool: grant.tool.text,
            secret: grant.secret.text,
            fields: grant.fields.map(\.text),
            ttl: grant.lifetime,
            uses: grant.uses,
            approval: grant.approval.rawValue,
            maxStale: grant.maxStale,
            attestation: grant.minimumAttestation.rawValue,
            expires: grant.expires?.description
        )
    }
}

extension AlertRuleRequest {
    /// What a rule does not look at is left out.
    fileprivate init(_ settings: AlertSettings, of rule: AlertRule) {
        self.init(
            on: settings.isOn,
            threshold: rule.counts ? Int64(settings.threshold) : nil,
            seconds: rule.counts ? Int64(settings.seconds) : nil,
            hours: rule == .offHours ? settings.hours ?? "" : nil,
            quarantine: settings.quarantines
        )
    }
}
