import Alerting
import Rotating
import Scheduling
import WarderModel

/// A declaration as a file: always the same text for the same inventory, and nothing in it that is the default.
package struct DeclarationText {
    private var page = YAMLPage()

    /// The whole file.
    package static func of(_ declaration: Declaration) -> String {
        var text = DeclarationText()
        text.page.entry("warder", "\(Declaration.format)")
        text.servers(declaration)
        text.section("rotations", declaration.rotations.sorted { $0.key < $1.key }) { text, secret, terms in
            text.page.open(secret.text) { page in Self.rotation(terms, &page) }
        }
        text.page.open("limits", unlessEmpty: true) { Self.limits(declaration, of: nil, &$0) }
        text.page.open("approvals", unlessEmpty: true) { Self.approvals(declaration, of: nil, &$0) }
        text.section("alerts", declaration.alerts.sorted { $0.key.rawValue < $1.key.rawValue }) {
            text,
            rule,
            settings in
            text.page.open(rule.rawValue) { page in Self.alert(rule, settings, &page) }
        }
        return text.page.text
    }

    private mutating func section<Key, Value>(
        _ name: String,
        _ entries: [(key: Key, value: Value)],
        _ write: (inout DeclarationText, Key, Value) -> Void
    ) {
        guard !entries.isEmpty else { return }
        var inner = DeclarationText()
        for (key, value) in entries { write(&inner, key, value) }
        page.open(name) { $0.take(inner.page) }
    }

    // MARK: Servers

    private mutating func servers(_ declaration: Declaration) {
        let tools = Dictionary(grouping: declaration.tools.keys.sorted(), by: \.server)
        let grants = Dictionary(grouping: declaration.grants.keys.sorted(), by: \.tool)
        section("servers", declaration.servers.sorted { $0.key < $1.key }) { text, name, terms in
            text.page.open(name.text) { page in
                page.text("owner", terms.owner?.text)
                Self.conditions(terms.selectors ?? Selectors(), &page)
                page.open("limits", unlessEmpty: true) { Self.limits(declaration, of: name, &$0) }
                page.open("approvals", unlessEmpty: true) { Self.approvals(declaration, of: name, &$0) }
                page.open("tools", unlessEmpty: true) { page in
                    for tool in tools[name] ?? [] {
                        guard let terms = declaration.tools[tool] else { continue }
                        let own = (grants[tool] ?? []).compactMap { place in
                            declaration.grants[place].map { (place.secret, $0) }
                        }
                        Self.tool(tool, terms, own, &page)
                    }
                }
            }
        }
    }

    private static func conditions(_ selectors: Selectors, _ page: inout YAMLPage) {
        page.entry("uid", selectors.uid.map(String.init))
        page.entry("gid", selectors.gid.map(String.init))
        page.entry("group", selectors.group.map(String.init))
        page.text("unit", selectors.unit)
        page.text("executable", selectors.executable)
        page.text("executable_sha256", selectors.executableSHA256)
        page.entry("launch", selectors.isLaunched ? "true" : nil)
    }

    private static func tool(
        _ tool: ToolID,
        _ terms: ToolTerms,
        _ grants: [(SecretName, GrantTerms)],
        _ page: inout YAMLPage
    ) {
        if terms == ToolTerms(risk: terms.risk), grants.isEmpty {
            return page.text(tool.tool.text, terms.risk.rawValue)
        }
        page.open(tool.tool.text) { page in
            page.text("risk", terms.risk.rawValue)
            page.text("category", terms.category == .standard ? nil : terms.category.rawValue)
            page.text("reason", terms.reason?.text)
            page.text("owner", terms.owner?.text)
            page.text("description", terms.text?.text)
            page.text("expected_outputs", terms.expectedOutputs?.text)
            page.list("permissions", terms.permissions?.map(\.text))
            page.text("definition", terms.definition)
            page.text("pin", terms.pin?.rawValue)
            page.open("grants", unlessEmpty: true) { page in
                for (secret, terms) in grants { page.open(secret.text) { Self.grant(terms, &$0) } }
            }
        }
    }

    private static func grant(_ terms: GrantTerms, _ page: inout YAMLPage) {
        let usual = GrantTerms()
        page.list("fields", terms.fields == usual.fields ? nil : terms.fields.map(\.text))
        page.text("ttl", terms.lifetime == usual.lifetime ? nil : DurationText.text(terms.lifetime))
        page.entry("uses", terms.uses.map(String.init))
        page.text("approval", terms.approval == usual.approval ? nil : terms.approval.rawValue)
        page.text("max_stale", terms.maxStale.map(DurationText.text))
        page.text("attestation", terms.attestation == usual.attestation ? nil : terms.attestation.rawValue)
        page.text("expires", terms.expires?.description)
    }

    // MARK: Rotations and rules

    private static func rotation(_ terms: RotationTerms, _ page: inout YAMLPage) {
        // A letter, and then what a name has: a reader finds a text in it without quotes.
        page.entry("rotator", terms.rotator.text)
        page.open("settings", unlessEmpty: true) { page in
            for (name, value) in terms.settings.sorted(by: { $0.key < $1.key }) { page.text(name.text, value.text) }
        }
        page.text("helper", terms.helper?.text)
        if let timing = terms.timing {
            page.text("schedule", timing.schedule?.description)
            page.text("window", timing.window?.description)
            page.text("jitter", timing.jitterSeconds == 0 ? nil : DurationText.text(timing.jitterSeconds))
            page.text("max_age", timing.maximumAgeSeconds.map(DurationText.text))
            let isAlone = timing.schedule == nil && timing.maximumAgeSeconds == nil
            if isAlone || timing.expiryLeadSeconds != RotationTiming.standardExpiryLeadSeconds {
                page.text("before_expiry", DurationText.text(timing.expiryLeadSeconds))
            }
        }
        page.text("overlap", terms.overlap.map(DurationText.text))
        page.entry("attempts", terms.attempts == Rotation.defaultAttempts ? nil : String(terms.attempts))
    }

    private static func limits(_ declaration: Declaration, of server: ServerName?, _ page: inout YAMLPage) {
        for risk in Tool.Risk.allCases {
            page.text(risk.rawValue, declaration.limits[RateLimit.Scope(server: server, risk: risk)]?.text)
        }
    }

    private static func approvals(_ declaration: Declaration, of server: ServerName?, _ page: inout YAMLPage) {
        for risk in Tool.Risk.allCases {
            for category in Tool.Category.allCases {
                let scope = ApprovalRule.Scope(server: server, risk: risk, category: category)
                page.list(
                    "\(risk.rawValue)/\(category.rawValue)",
                    declaration.approvals[scope]?.seats.map(\.text)
                )
            }
        }
    }

    private static func alert(_ rule: AlertRule, _ settings: AlertSettings, _ page: inout YAMLPage) {
        let usual = AlertSettings.usual(rule)
        page.entry("enabled", settings.isOn == usual.isOn ? nil : String(settings.isOn))
        if rule.counts {
            page.entry("threshold", settings.threshold == usual.threshold ? nil : String(settings.threshold))
            page.text("within", settings.seconds == usual.seconds ? nil : DurationText.text(Int64(settings.seconds)))
        }
        page.text("hours", settings.hours)
        page.entry("quarantine", settings.quarantines == usual.quarantines ? nil : String(settings.quarantines))
    }
}
