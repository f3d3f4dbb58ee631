import ArgumentParser
import WarderModel

/// Which events: options that search and export share.
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
        )
    )
    var actor: String?

    @Option(help: "What the vault decided.")
    var decision: Decision?

    @Option(help: ArgumentHelp("Kind of event, such as secret.resolve or token.issue.", valueName: "type"))
    var type: String?

    @Option(
        name: .customLong("where"),
        help: ArgumentHelp(
            "Any other field of the event, such as reason=grant_missing or peer.uid=1001; repeat it for several.",
            valueName: "field=value"
        ),
        transform: KeyValue.parse
    )
    var conditions: [KeyValue] = []

    @Option(help: ArgumentHelp("Not before this moment: a date, RFC 3339, or 24h.", valueName: "when"))
    var since: String?

    @Option(help: ArgumentHelp("Not after this moment.", valueName: "when"))
    var until: String?

    enum Decision: String, CaseIterable, ExpressibleByArgument { case allowed, refused }

    /// Whether every event is wanted.
    var isEmpty: Bool {
        server == nil && tool == nil && secret == nil && actor == nil && decision == nil && type == nil
            && conditions.isEmpty && since == nil && until == nil
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
        add("decision", decision?.rawValue)
        add("type", type)
        pairs += conditions
        if let since { add("since", try MomentText.resolve(since, .past, option: "--since", now: now)) }
        if let until { add("until", try MomentText.resolve(until, .past, option: "--until", now: now)) }
        var seen: [String: String] = [:]
        for pair in pairs {
            guard
                pair.key.utf8.allSatisfy({
                    (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F || $0 == 0x2E
                })
            else { throw .usage("a field is written in a-z, 0-9, '_' and '.', such as peer.uid") }
            guard !Self.reserved.contains(pair.key) else {
                throw .usage(
                    "--where names a field of events; \(pair.key) is none",
                    hints: ["There is an option for it: --help"]
                )
            }
            guard seen.updateValue(pair.value, forKey: pair.key) ?? pair.value == pair.value else {
                throw .usage("no event has two values of \(pair.key)")
            }
        }
        return seen.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    }

    /// Parameters of the route that are not fields.
    private static let reserved: Set<String> = ["after", "limit", "newest", "wait"]

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
