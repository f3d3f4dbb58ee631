import ArgumentParser
import SecretMemory
import WarderModel

/// `warder audit find-leak`
struct FindLeak: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "find-leak",
        abstract: "Say whether a value that turned up somewhere was ever stored here, and who got it.",
        discussion: """
            The value comes from a hidden prompt, unless --stdin or --file says otherwise; a line break at its end makes no \
            difference. The vault compares it with the fingerprints in its log, version by version: of a secret with \
            several fields each field as a whole, so that a part of a value is not found. The log records that somebody \
            asked, and nothing of what. Five values can be looked for at once, then one in 30 seconds.

            Exits with 0 when the value was never stored, as far as the log reaches, and with 13 when it was.

            EXAMPLE
              warder audit find-leak
              warder audit find-leak --stdin < found-in-a-ticket.txt
              warder audit find-leak --file found.txt --output json
            """
    )

    @Flag(help: "Read the value from standard input.")
    var stdin = false

    @Option(help: ArgumentHelp("Read the value from a file.", valueName: "path"), completion: .file())
    var file: String?

    @Argument(help: .hidden) var extra: [String] = []

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        try refuseSecretArguments(extra)
        if stdin, file != nil { throw ValidationError("the value comes from --stdin or from --file, not from both") }
    }

    func run(in session: Session) throws(CommandFailure) {
        let findings = try LeakFindings(of: try value(session), session)
        if session.output.format == .table {
            try show(findings, session)
        } else {
            try session.output.show(findings.document)
        }
        if findings.report.found { throw .silent(.valueFound) }
    }

    private func value(_ session: Session) throws(CommandFailure) -> SecretBytes {
        if let file { return try SecretSource.file(file, otherwise: Self.nothingDone) }
        if stdin {
            return try SecretSource.standardInput(
                session.context.standardInput,
                keepsNewline: true,
                otherwise: Self.nothingDone
            )
        }
        try session.vault().requireOpen()
        let value = try session.context.prompter.hidden(
            "The value that turned up:",
            otherwise: .usage(
                "there is no terminal to ask for the value on",
                hints: ["Use a pipe or a file: --stdin, --file PATH"]
            )
        )
        guard value.count > 0 else { throw .usage("the value is empty; \(Self.nothingDone)") }
        return value
    }

    private static let nothingDone = "nothing was looked for"

    // MARK: For people

    private func show(_ findings: LeakFindings, _ session: Session) throws(CommandFailure) {
        guard findings.report.found else {
            return session.console.message("the value was never stored here", hints: Self.reach(findings))
        }
        var versions = Table([
            .init("SECRET", canShrink: false), .init("VERSION", isNumber: true), .init("STATE", canShrink: false),
            .init("FIELD"), .init("STORED", canShrink: false), .init("BY"),
        ])
        for match in findings.matches {
            let state = match.deleted ? "\(match.state), deleted" : match.state
            versions.add([
                .init(match.secret), .init("v\(match.version)"), .init(state, match.isServed ? .bad : nil),
                .init(match.matched.joined(separator: " ")), .init(Self.time(match.stored)), .init(match.storedBy),
            ])
        }
        try session.output.print(versions, ifEmpty: "")
        var users = Table([
            .init("SECRET", canShrink: false), .init("VERSION", isNumber: true), .init("BY", canShrink: false),
            .init("ACTOR", canShrink: false), .init("FOR"), .init("TIMES", isNumber: true),
            .init("FIRST", canShrink: false), .init("LAST", canShrink: false),
        ])
        for use in findings.uses {
            users.add([
                .init(use.secret), .init("v\(use.version)"), .init(Self.user(use)), .init(use.actor),
                .init(use.onBehalfOf), .init(String(use.count)), .init(Self.time(use.first)),
                .init(Self.time(use.last)),
            ])
        }
        if !users.isEmpty { try session.output.printLines([""]) }
        try session.output.print(users, ifEmpty: "nobody got it from here")
        session.console.message(Self.verdict(findings), hints: Self.remedies(findings) + Self.reach(findings))
    }

    private static func time(_ text: String) -> String { Timestamp(rfc3339: text).map(Moment.absolute) ?? text }

    private static func user(_ use: LeakFindings.Use) -> String {
        guard let server = use.server else { return use.type }
        return use.tool.map { "\(server)/\($0)" } ?? server
    }

    private static func verdict(_ findings: LeakFindings) -> String {
        findings.matches.contains(where: \.isServed)
            ? "the value is in use now: replace it at its source and here"
            : "the value was stored here, and is served no more"
    }

    /// Commands for what is served now: a new version first, then the brake for whoever got the value last.
    private static func remedies(_ findings: LeakFindings) -> [String] {
        var hints: [String] = []
        let served = findings.matches.filter(\.isServed)
        for match in served {
            let fields = match.fields == [FieldName.value.text] ? "" : match.fields.map { " --field \($0)" }.joined()
            hints.append(TerminalText.escaped("Store its successor: warder secret put \(match.secret)\(fields)"))
        }
        let names = Set(served.map { "\($0.secret) v\($0.version)" })
        let servers = Set(findings.uses.filter { names.contains("\($0.secret) v\($0.version)") }.compactMap(\.server))
        for server in servers.sorted() {
            hints.append(
                TerminalText.escaped("If that server is not to be trusted: warder server quarantine \(server)")
            )
        }
        return hints
    }

    /// What the answer does not say.
    private static func reach(_ findings: LeakFindings) -> [String] {
        let report = findings.report
        let since = report.since.map { ", since \(time($0))" } ?? ""
        var hints = ["Looked at \(report.events) events\(since). Each field is compared as a whole."]
        if let first = report.firstEvent, first > 1 {
            hints.append("Events before number \(first) were pruned: what was stored then is not known.")
        }
        if report.unreadable > 0 {
            hints.append("\(report.unreadable) events could not be read: warder doctor --deep")
        }
        if report.matchesCut { hints.append("There are more versions; these are the newest.") }
        if report.usesCut { hints.append("There are more uses than are listed: warder audit search --secret NAME") }
        if findings.matches.contains(where: \.differsByLineBreak) {
            hints.append("A line break at the end makes the difference between the value and a stored one.")
        }
        return hints
    }
}
