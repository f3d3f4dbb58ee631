import NIOHTTP1
import WarderCommands
import WarderModel

@testable import WarderCore
@testable import WarderHTTP

extension Harness {
    /// Targets of requests, as they come (first line), and queries as our own command writes them (the others).
    static let target = Harness("target") { input in
        var rest = Input(input)
        if let text = String(exactly: rest.line()) { try readTarget(text) }
        let pairs = rest.lines.prefix(64).compactMap { line -> (name: String, value: String)? in
            guard let equals = line.firstIndex(of: UInt8(ascii: "=")), equals > 0,
                let name = String(exactly: line[..<equals]), let value = String(exactly: line[(equals + 1)...])
            else { return nil }
            return (name, value)
        }
        try writeQuery(pairs)
        try searchEvents(pairs)
    }

    private static func readTarget(_ text: String) throws {
        guard let target = RequestTarget(text) else { return }
        try hold("/" + target.segments.joined(separator: "/") == String(target.path), "a path is its segments")
        try hold(text.hasPrefix(String(target.path)), "a target begins with its path")
        for segment in target.segments {
            try hold(!["", ".", ".."].contains(segment), "no segment leads elsewhere")
            try hold(segment.utf8.allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "%") }, "a path has one spelling")
        }
        for table in [RouteTable.client, RouteTable.operator] {
            for method in [HTTPMethod.GET, .POST, .PUT, .DELETE] {
                guard let match = try? table.find(method, target) else { continue }
                let values = match.parameters.values.joined(separator: "/")
                try hold(values.utf8.allSatisfy { $0 > 32 && $0 < 127 }, "parameters are plain")
            }
        }
    }

    private static func writeQuery(_ pairs: [(name: String, value: String)]) throws {
        // The command writes names of its own alone.
        let pairs = pairs.filter { $0.name.utf8.allSatisfy { (97...122).contains($0) } }
        let head = VaultRequest("GET", "/v1/audit/events", query: pairs).head(presence: nil)
        let parts = head.prefix { $0 != "\r\n" }.split(separator: " ")
        try hold(parts.count == 3, "nothing in a query ends the line")
        let text = String(parts[1])
        guard text.utf8.count <= RequestTarget.maximumBytes else { return }
        guard let target = RequestTarget(text) else {
            throw Broken(property: "the vault takes what the command writes")
        }
        try hold(
            target.query.count == pairs.count
                && zip(target.query, pairs).allSatisfy { left, right in
                    left.name == right.name && left.value.utf8.elementsEqual(right.value.utf8)
                },
            "a query is read as it was written"
        )
    }

    private static func searchEvents(_ pairs: [(name: String, value: String)]) throws {
        let conditions = pairs.compactMap { EventFilter.Condition(field: $0.name, value: $0.value) }
        var event = Event(action: .vaultStart, time: FixedKeys.time, actor: .vault)
        for (name, value) in pairs {
            guard let text = try? PlainText(value) else { continue }
            switch name {
            case "agent": event.agent = text
            case "on_behalf_of": event.onBehalfOf = text
            case "purpose": event.purpose = text
            case "session": event.session = text
            case "changes": event.changes.append(value)
            case "secret": event.secret = try? SecretName(value)
            default: break
            }
        }
        let bytes = EventFormat.canonicalBytes(of: event, sequence: 7, nonce: FixedKeys.id)
        let all = try EventFilter(conditions: conditions).matches(bytes)
        let each = try conditions.map { try EventFilter(conditions: [$0]).matches(bytes) }
        try hold(all == each.allSatisfy { $0 }, "conditions hold together or apart")
        let agents = conditions.filter { $0.path == ["agent"] }
        if let agent = event.agent, agents.count == 1 {
            let isFound = try EventFilter(conditions: agents).matches(bytes)
            try hold(isFound == agent.text.utf8.elementsEqual(agents[0].value.utf8), "an event is found by its agent")
        }
    }
}
