import Alerting
import Foundation
import Testing
import WarderModel
import WarderTesting
import WarderWire

@testable import Declarations

/// Who reads a plan has seen all that is done: nothing is sent that does not stand in it.
@Suite struct PlanShownTests {
    /// A key of a request, and its value as a plan spells it.
    private struct Sent: Hashable {
        let key: String
        let text: String
    }

    private static let durations: Set = [
        "ttl", "max_stale", "jitter", "maximum_age", "expiry_lead", "overlap", "seconds",
    ]
    private static let truths: Set = ["on", "quarantine", "launch", "forget_permissions"]
    /// Words of people, and what a file would put in quotes as those.
    private static let words: Set = ["owner", "description", "expected_outputs", "reason", "unit", "executable"]
    private static let labels = [
        "maximum_age": "max age", "expiry_lead": "before expiry", "expected_outputs": "expected outputs",
        "definition_digest": "definition", "digest": "definition", "on": "enabled", "seconds": "within",
        "forget_permissions": "permissions",
    ]
    /// What something new has where nothing is said of it.
    private static let usual: Set = [
        Sent(key: "approval", text: "by-class"), Sent(key: "attestation", text: "uid"),
        Sent(key: "category", text: "standard"), Sent(key: "settings", text: "{}"),
    ]

    private static func sent(_ request: InventoryChange) throws -> [Sent] {
        try values(JSONSerialization.jsonObject(with: JSONEncoder().encode(request)))
    }

    private static func values(_ node: Any, _ key: String = "") throws -> [Sent] {
        if key == "settings", let settings = node as? [String: String] {
            let pairs = settings.sorted { $0.key < $1.key }.map { "\($0.key): \(YAMLPage.scalar($0.value))" }
            return [Sent(key: key, text: "{\(pairs.joined(separator: ", "))}")]
        }
        if let texts = node as? [String] { return [Sent(key: key, text: try list(texts, key))] }
        switch node {
        case let members as [String: Any]:
            return try members.sorted { $0.key < $1.key }.flatMap { try values($0.value, $0.key) }
        case let elements as [Any]: return try elements.flatMap { try values($0, key) }
        case let text as String:
            let isTakenAway = text.isEmpty
            return [Sent(key: key, text: isTakenAway ? "none" : words.contains(key) ? YAMLPage.scalar(text) : text)]
        case let number as NSNumber:
            if key == "forget_permissions" { return [Sent(key: key, text: "none")] }
            if truths.contains(key) { return [Sent(key: key, text: number.boolValue ? "true" : "false")] }
            let text = durations.contains(key) ? DurationText.text(number.int64Value) : number.stringValue
            return [Sent(key: key, text: text)]
        default: throw TestFailure("a request has a value of another kind at \(key)")
        }
    }

    private static func list(_ texts: [String], _ key: String) throws -> String {
        switch key {
        case "votes": try ApprovalTerms(texts.map { try ApprovalTerms.Seat($0) }).description
        case "permissions": "[\(texts.map(YAMLPage.scalar).joined(separator: ", "))]"
        default: texts.joined(separator: ", ")
        }
    }

    /// Whether a phrase of its own says that this is so from now on.
    private static func isShown(_ sent: Sent, in change: Plan.Change) -> Bool {
        let name = change.subject.name
        switch sent.key {
        case "tool", "secret": return name.split(separator: " ").contains { $0 == sent.text } || name == sent.text
        case "name", "server.remove", "tool.remove", "rotation.remove", "rule": return name == sent.text
        case "server": return name.hasPrefix("\(sent.text)/")
        case "risk" where change.subject.isRule, "category" where change.subject.isRule:
            return name.split { $0 == "/" || $0 == " " }.contains { $0 == sent.text }
        // What then holds is the rule above it, and stands in its place.
        case "limit" where change.kind == .remove: return sent.text == "inherit"
        case "launch": return change.details.contains(sent.text == "true" ? "launch" : "no longer launch")
        default: break
        }
        let labels = sent.key == "reason" ? ["reason", "because"] : [Self.labels[sent.key] ?? sent.key]
        return labels.contains { label in
            change.details.contains {
                $0 == "\(label): \(sent.text)" || ($0.hasPrefix("\(label): ") && $0.hasSuffix(" → \(sent.text)"))
            }
        }
    }

    /// Whether a phrase of its own says that this is so no longer, with nothing in its place.
    private static func isShownGone(_ old: Sent, in change: Plan.Change) -> Bool {
        let label = labels[old.key] ?? old.key
        let phrases = ["no longer \(label): \(old.text)", "\(label): \(old.text) → none"]
        return phrases.contains(where: change.details.contains)
            || (old.key == "launch" && change.details.contains("no longer launch"))
    }

    /// A vault without anything but secrets.
    private static func empty() throws -> Standing {
        var empty = Inventory(mark: "0-1", profile: "team", damaged: false)
        empty.secrets = RandomDeclaration.secrets.map { Inventory.Secret(name: $0, fields: ["value"]) }
        return try Standing(empty)
    }

    /// A vault with something else in it: some definitions are other ones, of which this one waits, and some are none.
    private static func standing(_ random: inout RandomDeclaration) throws -> Standing {
        var standing = try empty()
        standing.declaration = try random.make()
        for (tool, terms) in standing.declaration.tools.sorted(by: { $0.key < $1.key }) {
            guard let definition = terms.definition else { continue }
            var terms = terms
            switch Int.random(in: 0..<3, using: &random.numbers) {
            case 0:
                terms.definition = String(repeating: "cd", count: 32)
                standing.offers[tool] = definition
            case 1: (terms.definition, terms.pin) = (nil, nil)
            default: break
            }
            standing.declaration.tools[tool] = terms
        }
        return standing
    }

    /// What was said of each thing that a vault has: the requests that make it.
    private static func said(of standing: Standing) throws -> [Declaration.Subject: Set<Sent>] {
        let text = DeclarationText.of(standing.declaration)
        let plan = try Planner.plan(DeclarationReader(Array(text.utf8)), against: try empty(), prunes: false)
        var said: [Declaration.Subject: Set<Sent>] = [:]
        for rule in AlertRule.allCases {
            let usual = AlertSettings.usual(rule)
            let settings = AlertRuleRequest(
                on: usual.isOn,
                threshold: rule.counts ? Int64(usual.threshold) : nil,
                seconds: rule.counts ? Int64(usual.seconds) : nil,
                hours: rule == .offHours ? "" : nil,
                quarantine: usual.quarantines
            )
            var request = InventoryChange()
            request.alertSet = NamedAlertRule(rule: rule.rawValue, settings: settings)
            said[.alert(rule)] = Set(try sent(request))
        }
        for change in plan.changes { said[change.subject] = Set(try sent(change.request)) }
        return said
    }

    @Test("every value that is sent and was not so before stands in a phrase of its change, and so does what goes")
    func everything() throws {
        var random = RandomDeclaration(numbers: SeededNumbers())
        let seed = random.numbers.seed
        var seen: [Plan.Kind: Int] = [:]
        var accepted = 0
        for round in 0..<60 {
            let standing = try Self.standing(&random)
            let before = try Self.said(of: standing)
            let text = DeclarationText.of(try random.make())
            let plan = try Planner.plan(DeclarationReader(Array(text.utf8)), against: standing, prunes: true)
            for change in plan.changes {
                let place = "seed \(seed), round \(round), \(change.subject.noun) \(change.subject.name)"
                seen[change.kind, default: 0] += 1
                accepted += change.request.toolAccept == nil ? 0 : 1
                let old = before[change.subject] ?? Self.usual
                let sent = try Self.sent(change.request)
                for value in sent where !old.contains(value) {
                    #expect(Self.isShown(value, in: change), "\(place): \(value) is not in \(change.details)")
                }
                // These are sent whole, and what is not sent is gone.
                guard change.kind == .change, change.request.replacesAll else { continue }
                let keys = Set(sent.map(\.key))
                for value in old where !keys.contains(value.key) && value.key != "owner" {
                    #expect(Self.isShownGone(value, in: change), "\(place): \(value) goes, not in \(change.details)")
                }
            }
        }
        #expect(seen.count == 3 && accepted > 0, "seed \(seed): \(seen), \(accepted) definitions accepted")
    }

    private static func plan(_ text: String, _ inventory: Inventory) throws -> Plan {
        try Planner.plan(DeclarationReader(Array(text.utf8)), against: Standing(inventory), prunes: false)
    }

    @Test("words of people are in quotes where they could be taken for what a plan says")
    func quotes() throws {
        let empty = Inventory(mark: "0-1", profile: "team", damaged: false)
        let text = """
            warder: 1
            servers:
              shop:
                uid: 2001
                tools:
                  refund: {risk: read-only, owner: "sales; risk: critical", description: "; ! nobody is asked"}

            """
        let details = try Self.plan(text, empty).changes.last?.details
        #expect(
            details == ["risk: read-only", #"owner: "sales; risk: critical""#, #"description: "; ! nobody is asked""#]
        )
    }

    @Test("a plan does not depend on where something stands in the file")
    func order() throws {
        var inventory = Inventory(mark: "0-1", profile: "team", damaged: false)
        inventory.secrets = [.init(name: "a/b", fields: ["value"]), .init(name: "c/d", fields: ["value"])]
        let texts = [
            """
            warder: 1
            servers:
              one: {uid: 1, tools: {a: {risk: critical, grants: {a/b: {}, c/d: {uses: 1}}}, b: read-only}}
              two: {uid: 2}
            limits: {critical: 1/min}

            """,
            """
            limits: {critical: 1/min}
            servers:
              two: {uid: 2}
              one: {tools: {b: read-only, a: {grants: {c/d: {uses: 1}, a/b: {}}, risk: critical}}, uid: 1}
            warder: 1

            """,
        ]
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let sent = try texts.map { try encoder.encode(Self.plan($0, inventory).request) }
        #expect(sent[0] == sent[1])
    }
}

extension Declaration.Subject {
    /// Whether its name is that of the calls that it is about.
    fileprivate var isRule: Bool {
        switch self {
        case .limit, .approval: true
        case .server, .tool, .grant, .rotation, .alert: false
        }
    }
}

extension InventoryChange {
    fileprivate var replacesAll: Bool { serverUpdate != nil || grantAdd != nil || rotationSet != nil }
}
