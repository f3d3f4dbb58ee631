import ArgumentParser
import WarderModel

/// Which events: options that tail, search, export and the questions share.
struct EventFilter: ParsableArguments {
    @Option(help: ArgumentHelp("Events of this server.", valueName: "name"), transform: NameArgument.server)
    var server: ServerName?

    @Option(help: ArgumentHelp("Events of this tool: SERVER/TOOL, or the tool alone.", valueName: "name"))
    var tool: String?

    @Option(help: ArgumentHelp("Events about this secret.", valueName: "name"), transform: NameArgument.secret)
    var secret: SecretName?

    @Option(
        help: ArgumentHelp(
            "Who did it, as the log has it: operator:ada, uid:1001, process:1001, vault.",
            valueName: "who"
        ),
        transform: FilterText.actor
    )
    var actor: String?

    @Option(
        help: ArgumentHelp("The person behind the call, as the server said.", valueName: "who"),
        transform: FilterText.any
    )
    var onBehalfOf: String?

    @Option(help: "What the vault decided.")
    var decision: Decision?

    @Option(help: ArgumentHelp("Kind of event, such as secret.resolve or token.issue.", valueName: "type"))
    var type: String?

    @Option(
        help: ArgumentHelp("Events of this trace: 32 hexadecimal digits, or a whole traceparent.", valueName: "id"),
        transform: FilterText.trace
    )
    var traceID: String?

    @Option(
        name: .customLong("where"),
        help: ArgumentHelp(
            "Any other field of the event, such as reason=grant_missing or peer.uid=1001; repeat it for several.",
            valueName: "field=value"
        ),
        transform: FilterText.condition
    )
    var conditions: [KeyValue] = []

    @OptionGroup var period: Period

    enum Decision: String, CaseIterable, ExpressibleByArgument { case allowed, refused }

    /// Whether every event is wanted.
    var isEmpty: Bool {
        server == nil && tool == nil && secret == nil && actor == nil && onBehalfOf == nil && decision == nil
            && type == nil && traceID == nil && conditions.isEmpty && period.isEmpty
    }

    /// The parameters of the request.
    ///
    /// - Throws: `.usage` for two different values of one field, which no event can have, and for a field that is none.
    func query(now: Timestamp) throws(CommandFailure) -> [(name: String, value: String)] {
        var pairs: [KeyValue] = []
        func add(_ key: String, _ value: String?) {
            if let value { pairs.append(KeyValue(key: key, value: value)) }
        }
        add("server", server?.text)
        try addTool(to: &pairs)
        add("secret", secret?.text)
        add("actor", actor)
        add("on_behalf_of", onBehalfOf)
        add("decision", decision?.rawValue)
        add("type", type)
        add("trace_id", traceID)
        pairs += conditions
        pairs += try period.query(now: now).map { KeyValue(key: $0.name, value: $0.value) }
        for condition in conditions { try Self.checkField(condition.key) }
        for pair in pairs where pair.key == "type" { try Self.checkType(pair.value) }
        var seen: [String: String] = [:]
        for pair in pairs {
            guard seen.updateValue(pair.value, forKey: pair.key) ?? pair.value == pair.value else {
                throw .usage("no event has two values of \(pair.key)")
            }
        }
        return seen.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    }

    private static func checkField(_ name: String) throws(CommandFailure) {
        let known = EventField.searchable.sorted()
        guard !EventField.searchable.contains(name) else { return }
        var hints = ["Fields: \(known.joined(separator: " "))"]
        if ["since", "until", "limit"].contains(name) {
            hints.insert("There is an option for it: --\(name)", at: 0)
        } else if let meant = Suggestion.nearest(to: name, among: known) {
            hints.insert("Did you mean: --where \(meant)=…", at: 0)
        }
        throw .usage("events have no field `\(TerminalText.escaped(name))`", hints: hints)
    }

    private static func checkType(_ type: String) throws(CommandFailure) {
        guard Action(rawValue: type) == nil else { return }
        let known = Action.allCases.map(\.rawValue)
        var hints: [String] = []
        if let meant = Suggestion.nearest(to: type, among: known) {
            hints.append("Did you mean: --type \(meant)")
        } else {
            hints.append("Types: \(known.joined(separator: " "))")
        }
        throw .usage("there is no type of event `\(TerminalText.escaped(type))`", hints: hints)
    }

    /// The log has server and tool apart.
    private func addTool(to pairs: inout [KeyValue]) throws(CommandFailure) {
        guard let tool else { return }
        if let id = try? ToolID(tool) {
            pairs.append(KeyValue(key: "server", value: id.server.text))
            pairs.append(KeyValue(key: "tool", value: id.tool.text))
        } else if let name = try? ToolName(tool) {
            pairs.append(KeyValue(key: "tool", value: name.text))
        } else {
            throw .usage("--tool takes SERVER/TOOL or a tool's name")
        }
    }
}
