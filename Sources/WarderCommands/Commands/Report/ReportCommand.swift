import ArgumentParser
import DocumentReviewing
import Reviewing
import StrictJSON
import WarderModel
import WarderWire

/// `warder report`
struct ReportCommand: VaultCommand {
    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json, markdown, html }

    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Review the tools: what they can do, what is missing, and what mends it.",
        discussion: """
            A score from 0 to 100 in which every lost point has a cause and the \
            command that wins it back; what was not evaluated is not earned. With \
            --openapi the report is about a document of which nothing runs yet, and \
            no vault is asked. With --baseline it lists what is allowed now and was \
            not then, and exits with 11 unless each change is acknowledged. With \
            --rehearsal it says what a rehearsal of misuse came to.

            EXAMPLE
              warder report
              warder report --format html --output-file review.html
              warder report --openapi openapi.yaml --server shop
              warder report --baseline last.json --acknowledge new-tool:shop/get
              warder report --baseline last.json --fail-on high
              warder report --rehearsal rehearsal.json
            """
    )

    @Option(help: ArgumentHelp("How to write it. (default: text)", valueName: "format"))
    var format: Format?

    @Option(help: ArgumentHelp("Write it here.", valueName: "path"), completion: .file())
    var outputFile: String?

    @Option(
        help: ArgumentHelp("Review this OpenAPI document instead of the vault.", valueName: "path"),
        completion: .file()
    )
    var openapi: String?

    @Option(
        help: ArgumentHelp("The document's server, as the vault calls it. (default: api)", valueName: "name"),
        transform: NameArgument.server
    )
    var server: ServerName?

    @Option(
        help: ArgumentHelp("Say what widened since this report, made with --format json.", valueName: "path"),
        completion: .file()
    )
    var baseline: String?

    @Option(
        help: ArgumentHelp("Take this result in, made by warder rehearse --output-file.", valueName: "path"),
        completion: .file()
    )
    var rehearsal: String?

    @Option(help: ArgumentHelp("A change since the baseline that is meant; repeat it.", valueName: "change"))
    var acknowledge: [String] = []

    @Option(
        help: ArgumentHelp(
            "Exit with 11 for score<N, a severity or worse, or widened; repeat it.",
            valueName: "condition"
        ),
        transform: ReportCondition.parse
    )
    var failOn: [ReportCondition] = []

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if server != nil, openapi == nil { throw ValidationError("--server is about the document of --openapi") }
        if !acknowledge.isEmpty, baseline == nil {
            throw ValidationError("--acknowledge is about changes since a --baseline")
        }
        if rehearsal != nil, openapi != nil {
            throw ValidationError("--rehearsal is about a vault, and a document has none")
        }
        if failOn.contains(.widened), baseline == nil {
            throw ValidationError("without a --baseline nobody can say what widened")
        }
    }

    func run(in session: Session) throws(CommandFailure) {
        let earlier = try baseline.map { path throws(CommandFailure) in try Self.facts(inReport: path) }
        let played = try rehearsal.map { path throws(CommandFailure) in try Self.fact(ofRehearsal: path, session) }
        var facts = if let openapi { try document(openapi, session) } else { try ask(session) }
        if let played { facts.rehearsal = played }
        let review = Review(facts, since: earlier, acknowledged: Set(acknowledge))
        try write(review, session)
        try judge(review, session)
    }

    // MARK: Facts

    private func ask(_ session: Session) throws(CommandFailure) -> ReviewFacts {
        let body = try session.vault().text(VaultRequest("GET", "/v1/report/facts"))
        do throws(BaselineProblem) { return try ReviewJSON.facts(answer: body) } catch { throw .malformedAnswer }
    }

    private func document(_ path: String, _ session: Session) throws(CommandFailure) -> ReviewFacts {
        let bytes = try WholeFile.read(path)
        do throws(DocumentProblem) {
            return try DocumentFacts.read(
                bytes,
                server: server,
                name: WholeFile.name(of: path),
                at: session.context.now()
            )
        } catch {
            throw .usage("\(TerminalText.escaped(path)): \(TerminalText.escaped(error.description))")
        }
    }

    private static func facts(inReport path: String) throws(CommandFailure) -> ReviewFacts {
        let bytes = try WholeFile.read(path)
        let name = TerminalText.escaped(path)
        do throws(BaselineProblem) { return try ReviewJSON.facts(in: bytes) } catch {
            switch error {
            case .notJSON: throw .usage("\(name) is not JSON")
            case .notAReview:
                throw .usage(
                    "\(name) is no report of this command",
                    hints: ["A baseline is made by: warder report --format json --output-file FILE"]
                )
            case .laterFormat: throw .usage("\(name) was written by a later version")
            }
        }
    }

    /// What a rehearsal came to, as far as it is about what the vault runs.
    private static func fact(
        ofRehearsal path: String,
        _ session: Session
    ) throws(CommandFailure) -> Fact<RehearsalFacts> {
        let bytes = try WholeFile.read(path)
        let name = TerminalText.escaped(path)
        let record: RehearsalRecord
        do throws(BaselineProblem) { record = try RehearsalRecord(reading: bytes) } catch {
            switch error {
            case .notJSON: throw .usage("\(name) is not JSON")
            case .notAReview:
                throw .usage(
                    "\(name) is no result of a rehearsal",
                    hints: ["One is made by: warder rehearse --output-file FILE"]
                )
            case .laterFormat: throw .usage("\(name) was written by a later version")
            }
        }
        let status: VaultStatus = try session.vault().ask(VaultRequest("GET", "/v1/sys/status")).value
        return record.fact(
            from: WholeFile.name(of: path),
            version: TerminalText.escaped(status.version),
            steps: Rehearsal.steps,
            at: session.context.now()
        )
    }

    // MARK: Results

    private func write(_ review: Review, _ session: Session) throws(CommandFailure) {
        let isYAML = format == nil && outputFile == nil && session.output.format == .yaml
        let format = format ?? (session.output.format == .table ? .text : .json)
        let bytes: [UInt8]
        switch format {
        case .json:
            if isYAML { return try session.output.show(ReviewJSON.bytes(of: review)) }
            bytes = try Self.indented(ReviewJSON.bytes(of: review))
        case .markdown: bytes = Array(ReviewMarkdown.text(of: review).utf8)
        case .html: bytes = Array(ReviewHTML.text(of: review).utf8)
        case .text: bytes = Self.lines(of: review, on: outputFile == nil ? session.console : nil)
        }
        guard let outputFile else { return try session.console.write(bytes) }
        try Self.store(bytes, at: outputFile, mayReplace: session.global.yes)
        let findings = review.findings.count
        session.console.message(
            "\(TerminalText.escaped(outputFile)): score \(review.score.value) of 100, \(findings) "
                + (findings == 1 ? "finding" : "findings")
        )
    }

    private static func store(_ bytes: [UInt8], at path: String, mayReplace: Bool) throws(CommandFailure) {
        let file = try AtomicFile(path: path, mayReplace: mayReplace)
        try unsafe file.write(bytes.span.bytes)
        try file.commit()
    }

    private static func lines(of review: Review, on console: Console?) -> [UInt8] {
        let hasColour = console?.hasColour ?? false
        let lines = ReviewText.lines(of: review, width: console?.outputWidth) { emphasis, text in
            guard hasColour else { return text }
            let style: Style =
                switch emphasis {
                case .title: .title
                case .good: .good
                case .caution: .caution
                case .bad: .bad
                case .faint: .faint
                }
            return style.applied(to: text)
        }
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    /// For people who read a diff of two reports.
    private static func indented(_ bytes: [UInt8]) throws(CommandFailure) -> [UInt8] {
        IndentedJSON.bytes(try Vault.document(bytes).root)
    }

    /// Says why the command fails, and lets it.
    private func judge(_ review: Review, _ session: Session) throws(CommandFailure) {
        var reasons = failOn.compactMap { $0.reason(in: review) }
        if let widening = review.widening, widening.isUnacknowledged, !failOn.contains(.widened) {
            reasons += [ReportCondition.widened.reason(in: review)].compactMap(\.self)
        }
        guard !reasons.isEmpty else { return }
        for reason in reasons { session.console.message(reason) }
        throw .silent(.findings)
    }
}
