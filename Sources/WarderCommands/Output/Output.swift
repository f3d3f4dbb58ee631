import ArgumentParser
import StrictJSON

/// How results are written.
package enum OutputFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
    /// For people.
    case table
    /// What the vault answered, indented; lists of events as JSON Lines.
    case json
    /// The same as YAML.
    case yaml
}

/// Writes results to standard output in the format that was asked for.
///
/// JSON and YAML are the vault's own answer, fields that this version does not know included; `docs/api/openapi.yaml`
/// describes it. Tables are for people and may change.
package struct Output {
    package let console: Console
    package let format: OutputFormat

    package init(console: Console, format: OutputFormat) {
        self.console = console
        self.format = format
    }

    /// Writes an answer: `table` is called for people only.
    package func show<Value>(
        _ answer: Answer<Value>,
        table: (Value) throws(CommandFailure) -> Void
    ) throws(CommandFailure) {
        switch format {
        case .table: try table(answer.value)
        case .json, .yaml: try show(answer.body)
        }
    }

    /// Writes a JSON document in the format that was asked for; in JSON where that is a table.
    package func show(_ body: [UInt8]) throws(CommandFailure) {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(parsing: body, limits: .answer)
        } catch {
            throw .malformedAnswer
        }
        try console.write(format == .yaml ? YAMLText.bytes(document.root) : IndentedJSON.bytes(document.root))
    }

    /// Writes a table for people, or says on standard error that there is nothing to show.
    package func print(_ table: Table, ifEmpty message: String, hints: [String] = []) throws(CommandFailure) {
        guard !table.isEmpty else { return console.message(message, hints: hints) }
        try printLines(table.lines(width: console.outputWidth, hasColour: console.hasColour))
    }

    /// Writes labels and values.
    package func print(_ details: Details) throws(CommandFailure) {
        try printLines(details.lines(hasColour: console.hasColour))
    }

    /// Writes lines in one go.
    package func printLines(_ lines: [String]) throws(CommandFailure) {
        guard !lines.isEmpty else { return }
        try console.write(Array((lines.joined(separator: "\n") + "\n").utf8))
    }
}

extension JSONLimits {
    /// Limits for the vault's answers, which are far longer than any request: a list of every secret, say.
    static let answer = JSONLimits(maxBytes: 64 << 20, maxDepth: 32, maxMembers: 65_536, maxTokens: 8 << 20)
}

extension CommandFailure {
    /// What came over the socket is not what the vault says: the daemon is of another version, or something else
    /// listens there.
    static var malformedAnswer: CommandFailure {
        CommandFailure(
            .server,
            "the vault's answer makes no sense to this command",
            hints: ["Are warder and warderd of the same version? Try: warder --version; warder status"]
        )
    }
}
