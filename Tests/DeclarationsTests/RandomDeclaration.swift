import Alerting
import Rotating
import Scheduling
import WarderModel
import WarderTesting

@testable import Declarations

/// Inventories that nobody would write.
///
/// Whether a tool is pinned, and why its class is what it is, follows from its name: these are what a file that leaves them
/// out leaves alone, and two inventories that differ in them do not come to the same.
struct RandomDeclaration {
    static let secrets = ["github/pat", "shop/db", "shop/api-key", "a/b/c", "0", "null"]
    private static let servers = ["github", "shop", "0", "null", "x.y_z-1"]
    private static let tools = ["search", "Create.Issue", "@launch", "true", "1e5"]
    private static let words = [
        "platform", "Größe: 7 m²", "yes", "a \"quoted\" \\ one", "# no comment", "- x", "[a, b]", "{a: b}", "*a", "&a",
        "!x", "%", "@", "`", "'", "1.0", "2027-01-31", "null", "~", " leading", "trailing ", "日本語 🙂", "a: b",
    ]

    var numbers: SeededNumbers

    mutating func make() throws -> Declaration {
        var declaration = Declaration()
        for server in Self.servers where flip() {
            let name = try ServerName(server)
            declaration.servers[name] = ServerTerms(owner: try word(), selectors: selectors())
            for tool in Self.tools where flip() {
                let id = ToolID(server: name, tool: try ToolName(tool))
                declaration.tools[id] = try terms(of: id)
                for secret in Self.secrets where one(in: 3) {
                    let place = GrantPlace(tool: id, secret: try SecretName(secret))
                    declaration.grants[place] = try grant()
                }
            }
            try rules(of: name, &declaration)
        }
        for secret in Self.secrets where flip() {
            declaration.rotations[try SecretName(secret)] = try rotation()
        }
        try rules(of: nil, &declaration)
        for rule in AlertRule.allCases where one(in: 3) {
            let settings = alert(rule)
            if settings != .usual(rule) { declaration.alerts[rule] = settings }
        }
        return declaration
    }

    private mutating func flip() -> Bool { Bool.random(using: &numbers) }
    private mutating func one(in count: Int) -> Bool { Int.random(in: 0..<count, using: &numbers) == 0 }
    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &numbers)]
    }
    private mutating func word() throws -> PlainText? { flip() ? try PlainText(pick(Self.words)) : nil }

    private mutating func selectors() -> Selectors {
        // Not the user that runs the tests: nobody is asked for presence then.
        var selectors = Selectors(uid: UInt32.random(in: 60_000..<60_010, using: &numbers))
        if flip() { selectors.gid = UInt32.random(in: 0..<9, using: &numbers) }
        if flip() { selectors.group = UInt32.random(in: 0..<9, using: &numbers) }
        if flip() { selectors.unit = pick(["mcp-github.service", "0.scope"]) }
        if flip() { selectors.executable = pick(["/usr/bin/node", "/opt/a b/#x: y"]) }
        if one(in: 4) { selectors.executableSHA256 = String(repeating: "0", count: 64) }
        selectors.isLaunched = one(in: 4)
        return selectors
    }

    private mutating func terms(of tool: ToolID) throws -> ToolTerms {
        var terms = ToolTerms(risk: pick(Tool.Risk.allCases))
        terms.category = pick(Tool.Category.allCases)
        // One of before does not say why the next class is right.
        terms.reason = try PlainText("because it is \(tool), say \(Int.random(in: 0..<1_000_000_000, using: &numbers))")
        terms.owner = try word()
        terms.text = try word()
        terms.expectedOutputs = try word()
        if flip() {
            terms.permissions = try (0..<Int.random(in: 0..<3, using: &numbers)).compactMap { _ in try word() }
        }
        if tool.tool.text.count.isMultiple(of: 2) {
            terms.definition = String(repeating: "ab", count: 32)
            terms.pin = pick(Tool.Pin.allCases)
        }
        return terms
    }

    private mutating func grant() throws -> GrantTerms {
        var terms = GrantTerms()
        if flip() {
            terms.fields = try ["value", "1", "password"].shuffled(using: &numbers).prefix(2).map { try FieldName($0) }
                .sorted()
        }
        if flip() { terms.lifetime = Int64.random(in: 1...3600, using: &numbers) }
        if flip() { terms.uses = Int64.random(in: 1...1_000_000, using: &numbers) }
        if flip() { terms.maxStale = Int64.random(in: 1...3600, using: &numbers) }
        terms.approval = pick(Grant.Approval.allCases)
        terms.attestation = pick(Peer.Attestation.allCases)
        if flip() {
            terms.expires = Timestamp(
                milliseconds: 1_900_000_000_000 + Int64.random(in: 0..<99_999_999, using: &numbers)
            )
        }
        return terms
    }

    private mutating func rotation() throws -> RotationTerms {
        var terms = RotationTerms(
            rotator: pick([.random, .exec(try RotatorEntry("gh")), .postgres(try RotatorEntry("main"))])
        )
        if flip() { terms.settings[try RotatorSetting("length")] = try PlainText("40") }
        if flip() { terms.settings[try RotatorSetting("field")] = try PlainText("value") }
        if flip() { terms.helper = try SecretName(pick(Self.secrets)) }
        if flip() { terms.overlap = Int64.random(in: 0...86_400, using: &numbers) }
        terms.attempts = Int.random(in: 1...9, using: &numbers)
        if flip() {
            terms.timing = try RotationTiming(
                schedule: flip()
                    ? try Schedule(pick(["rate(12 hours)", "P30D", "cron(0 3 * * 1 Europe/Berlin)"])) : nil,
                window: flip() ? try DailyWindow("22:00-04:00 Europe/Berlin") : nil,
                jitterSeconds: flip() ? Int64.random(in: 0...3600, using: &numbers) : 0,
                maximumAgeSeconds: flip() ? Int64.random(in: 60...9_999_999, using: &numbers) : nil,
                expiryLeadSeconds: flip()
                    ? Int64.random(in: 0...9_999_999, using: &numbers) : RotationTiming.standardExpiryLeadSeconds
            )
        }
        return terms
    }

    private mutating func rules(of server: ServerName?, _ declaration: inout Declaration) throws {
        for risk in Tool.Risk.allCases {
            if one(in: 3) {
                declaration.limits[RateLimit.Scope(server: server, risk: risk)] =
                    flip() ? .off : .perMinute(UInt32.random(in: 1...1_000_000, using: &numbers))
            }
            for category in Tool.Category.allCases where one(in: 4) {
                let seats: [ApprovalTerms.Seat] = [.owner, .anyOperator, .group(try ServerName("security"))]
                declaration.approvals[ApprovalRule.Scope(server: server, risk: risk, category: category)] =
                    ApprovalTerms((0..<Int.random(in: 0..<4, using: &numbers)).map { _ in pick(seats) })
            }
        }
    }

    private mutating func alert(_ rule: AlertRule) -> AlertSettings {
        var settings = AlertSettings.usual(rule)
        settings.isOn = flip()
        settings.quarantines = flip()
        if rule.counts {
            settings.threshold = UInt32.random(in: 1...1_000_000, using: &numbers)
            settings.seconds = UInt32.random(in: 10...86_400, using: &numbers)
        }
        if rule == .offHours, flip() { settings.hours = "07:00-20:00 Europe/Berlin" }
        return settings
    }
}
