import ArgumentParser
import Declarations
import WarderModel
import WarderWire

/// `warder plan`
struct PlanCommand: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what a file would change in the vault, and change nothing.",
        discussion: """
            The file says which servers, tools, grants, rotations, limits, approvals and alerts there are: \
            docs/formats/warder-file.md. What it does not have stays, unless --prune. Lines marked with ! let more \
            through than before. What is printed last names the plan, for whoever applies it later.

            EXAMPLE
              warder plan -f warder.yaml
              warder plan -f warder.yaml --prune --check
            """
    )

    @OptionGroup var file: DeclarationOptions

    @Flag(help: "Exit with 11 when something would change.")
    var check = false

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let planned = try file.plan(in: session, try session.vault())
        let view = PlanView(planned)
        try view.show(session)
        if !planned.changes.isEmpty, session.output.format == .table {
            session.console.message("to apply this plan and no other: \(file.applying(try view.digest()))")
        }
        if check, !planned.changes.isEmpty { throw .silent(.findings) }
    }
}

/// What plan and apply take.
struct DeclarationOptions: ParsableArguments {
    @Option(
        name: [.customShort("f"), .long],
        help: ArgumentHelp("The file; - is standard input.", valueName: "path"),
        completion: .file()
    )
    var file: String

    @Flag(help: "Take away what the file does not have. Never secrets.")
    var prune = false

    @Option(help: ArgumentHelp("Why classes of tools change, where the file does not say.", valueName: "text"))
    var reason: String?

    /// The command that does what was planned with these, and nothing else.
    func applying(_ digest: String) -> String {
        var words = ["warder", "apply", "-f", ShellWord.quoted(file)]
        if prune { words.append("--prune") }
        if let reason { words += ["--reason", ShellWord.quoted(reason)] }
        return TerminalText.escaped((words + ["--plan", digest]).joined(separator: " "))
    }

    /// Reads the file before the vault is asked anything, and holds it against what the vault has.
    ///
    /// - Throws: `.usage` after everything was said that is wrong with the file.
    func plan(in session: Session, _ vault: Vault) throws(CommandFailure) -> Plan {
        let declared = try read(session)
        return try plan(declared, in: session, vault)
    }

    func read(_ session: Session) throws(CommandFailure) -> DeclarationReader {
        // One byte more than a file may have, so that the reader can say so.
        let bytes = try ToolSource.read(file, session.context, limit: 1 << 21)
        do throws(DeclarationFaults) { return try DeclarationReader(bytes) } catch { throw tell(error, session) }
    }

    func plan(
        _ declared: DeclarationReader,
        in session: Session,
        _ vault: Vault
    ) throws(CommandFailure) -> Plan {
        let standing = try Standing.ask(vault).standing
        if standing.isDamaged { session.sayDamaged() }
        let why = try plainReason()
        do throws(DeclarationFaults) {
            return try Planner.plan(declared, against: standing, prunes: prune, reason: why)
        } catch { throw tell(error, session) }
    }

    private func plainReason() throws(CommandFailure) -> PlainText? {
        guard let reason else { return nil }
        do { return try PlainText(reason) } catch { throw .usage("--reason takes plain words on one line") }
    }

    /// Says all that is wrong.
    private func tell(_ faults: DeclarationFaults, _ session: Session) -> CommandFailure {
        let name = TerminalText.escaped(file == "-" ? "standard input" : file)
        for fault in faults.faults {
            session.console.message(
                TerminalText.escaped(fault.line(in: name)),
                hints: [TerminalText.escaped(fault.remedy)]
            )
        }
        let count = faults.faults.count
        return .usage("nothing was changed: \(count) \(count == 1 ? "thing is" : "things are") wrong with \(name)")
    }
}

extension Standing {
    /// What the vault has now, and its answer as it came.
    static func ask(_ vault: Vault) throws(CommandFailure) -> (standing: Standing, answer: Answer<Inventory>) {
        let answer: Answer<Inventory> = try vault.ask(VaultRequest("GET", "/v1/inventory"))
        do throws(Standing.Unknown) { return (try Standing(answer.value), answer) } catch { throw .malformedAnswer }
    }
}

extension Session {
    func sayDamaged() {
        console.message(
            "records of the vault cannot be read, so that something may be missing here",
            hints: ["See what: warder doctor"]
        )
    }
}
