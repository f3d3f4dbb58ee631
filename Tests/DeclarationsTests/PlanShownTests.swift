import Foundation
import Testing
import WarderModel
import WarderTesting
import WarderWire

@testable import Declarations

/// Who reads a plan has seen all that is done: nothing is sent that does not stand in it.
@Suite struct PlanShownTests {
    /// Every value of a request, as a plan shows it.
    private static func values(_ node: Any, _ path: [String] = []) -> [(path: [String], text: String)] {
        switch node {
        case let members as [String: Any]:
            members.sorted { $0.key < $1.key }.flatMap { values($0.value, path + [$0.key]) }
        case let elements as [Any]: elements.flatMap { values($0, path) }
        case let text as String: [(path, text)]
        // A truth value is a number here: 1 and 0.
        case let number as NSNumber: [(path, number.stringValue)]
        default: []
        }
    }

    private static func isShown(_ path: [String], _ text: String, in line: String) -> Bool {
        guard let key = path.last, !text.isEmpty else { return true }
        let durations = ["ttl", "jitter", "maximum_age", "expiry_lead", "overlap"]
        if durations.contains(key), let seconds = Int64(text) {
            return line.contains(seconds == 0 ? "0s" : DurationText.text(seconds))
        }
        switch key {
        // Truth values are words of the line, and what is usual is not repeated.
        case "on": return line.contains(text == "1" ? "enabled" : "enabled: true → false")
        case "quarantine", "forget_permissions", "launch": return true
        // What a new grant has where nothing is said of it.
        case "approval": return text == "by-class" || line.contains(text)
        case "attestation": return text == "uid" || line.contains(text)
        case "category": return text == "standard" || line.contains(text)
        case "pin": return text == "always" || line.contains(text)
        case "votes": return line.contains(text)
        default: return line.contains(text) || line.contains(YAMLPage.scalar(text))
        }
    }

    @Test("every value that is sent stands in the line of its change")
    func everything() throws {
        var random = RandomDeclaration(numbers: SeededNumbers())
        let seed = random.numbers.seed
        var empty = Inventory(mark: "0-1", profile: "team", damaged: false)
        empty.secrets = RandomDeclaration.secrets.map { Inventory.Secret(name: $0, fields: ["value"]) }
        let standing = try Standing(empty)
        for round in 0..<100 {
            let text = DeclarationText.of(try random.make())
            let plan = try Planner.plan(DeclarationReader(Array(text.utf8)), against: standing, prunes: false)
            // Of an alert everything is sent, and what is otherwise is shown.
            for change in plan.changes where change.subject.noun != "alert" {
                let line = "\(change.subject.name) \(change.details.joined(separator: "; "))"
                let sent = try JSONSerialization.jsonObject(with: JSONEncoder().encode(change.request))
                for (path, value) in Self.values(sent) {
                    #expect(
                        Self.isShown(path, value, in: line),
                        "seed \(seed), round \(round): \(path) \(value) is not in \(line)"
                    )
                }
            }
        }
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
