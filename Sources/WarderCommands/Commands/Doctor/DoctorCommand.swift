import ArgumentParser
import StrictJSON
import WarderWire

/// `warder doctor`
struct DoctorCommand: VaultCommand {
    enum Threshold: String, CaseIterable, ExpressibleByArgument { case error, warning, note }

    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what is wrong with this installation, and the command that mends it.",
        discussion: """
            Looks at files, socket and daemon from here, then asks the vault for its own findings: servers that share \
            a user with an operator, grants without approval, secrets about to expire. Changes nothing. Exits with 11 \
            when there is an error.

            With --deep the vault opens every row it has, holds them against its log, and says what is damaged and what \
            is still good; it goes on serving meanwhile. With --save it writes every version that still opens, with its \
            values in the clear, to a file of yours: for a vault that is to be given up. Both exit with 11 when there is \
            what does not open.

            EXAMPLE
              warder doctor
              warder doctor --deep
              warder doctor --save rescued.jsonl
              warder doctor --fail-on warning --output json
            """
    )

    @Option(help: ArgumentHelp("Exit with 11 from this severity on.", valueName: "severity"))
    var failOn = Threshold.error

    @Flag(help: "Open every row, and say what is damaged.")
    var deep = false

    @Option(
        help: ArgumentHelp("Write what still opens, values included, here.", valueName: "path"),
        completion: .file()
    )
    var save: String?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if save != nil, deep { throw ValidationError("--deep and --save are asked for one after the other") }
    }

    func run(in session: Session) throws(CommandFailure) {
        if let save {
            guard try SaveWhatOpens(path: save, session: session).run() else { throw .silent(.findings) }
            return
        }
        if deep { return try runDeep(session) }
        let examination = try Examination(session)
        try show(examination, session)
        let severities = Set(Threshold.allCases.prefix { $0 != failOn }.map(\.rawValue) + [failOn.rawValue])
        if examination.findings.contains(where: { severities.contains($0.severity) }) { throw .silent(.findings) }
    }

    private func runDeep(_ session: Session) throws(CommandFailure) {
        let examination = try DeepExamination(session)
        if session.output.format == .table {
            try examination.show(on: session.console)
        } else {
            try session.output.show(examination.document)
        }
        if !examination.isSound { throw .silent(.findings) }
    }

    private func show(_ examination: Examination, _ session: Session) throws(CommandFailure) {
        guard session.output.format == .table else {
            return try session.output.show(Self.document(of: examination.findings))
        }
        var lines: [String] = []
        for finding in examination.findings {
            let severity = finding.severity.padding(to: 9)
            let style: Style =
                switch finding.severity {
                case "error": .bad
                case "warning": .caution
                default: .faint
                }
            lines.append(
                (session.console.hasColour ? style.applied(to: severity) : severity)
                    + TerminalText.escaped(finding.message) + "  [\(TerminalText.escaped(finding.code))]"
            )
            if !finding.remedy.isEmpty { lines.append("         → \(TerminalText.escaped(finding.remedy))") }
        }
        try session.output.printLines(lines)
        let counts = Threshold.allCases.map { threshold in
            let count = examination.findings.count { $0.severity == threshold.rawValue }
            return "\(count) \(threshold.rawValue)\(count == 1 ? "" : "s")"
        }
        session.console.message(counts.joined(separator: ", "), hints: examination.remarks)
    }

    private static func document(of findings: [Findings.Finding]) -> [UInt8] {
        var json = JSONBuffer()
        json.beginObject()
        json.key("findings")
        json.beginArray()
        for finding in findings {
            json.beginObject()
            json.field("severity", finding.severity)
            json.field("code", finding.code)
            json.field("message", finding.message)
            json.field("remedy", finding.remedy)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.bytes
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
