import ArgumentParser
import ClientConfigurations
import SystemPackage
import WarderModel
import WarderWire

extension ClientFormat: ExpressibleByArgument {}

/// `warder mcp import`
struct ImportConfigurations: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Move the secrets of MCP clients' configurations into the vault.",
        discussion: """
            Finds secrets in the entries of MCP servers, stores them, registers each server with what it needs to start, \
            and lets the client start it through `warder run`; a remote server that is sent a secret is reached through \
            `warder mcp connect` from then on. Comments, order and everything else of a file stay as they are. Without FILE it looks where Claude Desktop, Claude Code, VS Code and Cursor keep their \
            configurations, here and in your home. Shows what it will do and asks before it does it.

            A second import changes nothing. One that was cut off is repeated: it goes on where it stopped. \
            `warder mcp undo` gives back every byte.

            EXAMPLE
              warder mcp import --dry-run
              warder mcp import ~/.cursor/mcp.json
              warder mcp import settings.json --format vscode --yes
            """
    )

    @Argument(help: ArgumentHelp("Configurations. (default: those of yours that are found)", valueName: "file"))
    var files: [String] = []

    @Flag(help: "Show what would be done, and do nothing.")
    var dryRun = false

    @Option(help: ArgumentHelp("The client, where name and folder of the file do not tell.", valueName: "client"))
    var format: ClientFormat?

    @Option(help: ArgumentHelp("Stands before the names of new servers, such as work-.", valueName: "text"))
    var serverPrefix = ""

    @Option(
        help: ArgumentHelp(
            "How clients start warder. (default: by name where it lies in /usr/bin, else by path)",
            valueName: "path"
        )
    )
    var program: String?

    @Flag(
        help:
            "Leave secrets in arguments: moving them takes them out of the file, but not out of the list of processes."
    )
    var keepArguments = false

    @Option(help: ArgumentHelp("Move this doubtful value too: its place, as --output json has it.", valueName: "place"))
    var take: [String] = []

    @Option(help: ArgumentHelp("Leave this value or server where it is.", valueName: "place"))
    var leave: [String] = []

    @OptionGroup var global: GlobalOptions

    /// A name is looked for in the client's `PATH`, in which folders of the user may stand in front: it will do where
    /// the distribution puts programs.
    private static var ownProgram: String {
        guard let path = OwnProgram.path, !path.contains(where: \.isWhitespace) else { return "warder" }
        return ["/usr/bin/warder", "/bin/warder"].contains(path) ? "warder" : path
    }

    func validate() throws {
        let isName = serverPrefix.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || "._-".utf8.contains($0)
        }
        guard isName, serverPrefix.utf8.count <= 32 else {
            throw ValidationError("--server-prefix takes up to 32 of a-z, 0-9, '.', '_' and '-'")
        }
        guard program.map({ !$0.isEmpty && !$0.contains(where: \.isWhitespace) }) ?? true else {
            throw ValidationError("--program takes a name or a path without spaces")
        }
    }

    func run(in session: Session) throws(CommandFailure) {
        let records = try ImportRecords(session)
        if !dryRun { try records.lockForWriting() }
        let reading = try read(session)
        guard !reading.isEmpty else {
            return session.console.message(
                "no configuration of an MCP client was found",
                hints: ["Name the file: warder mcp import FILE"]
            )
        }
        let vault = try session.vault()
        vault.keepsPassphrase = true
        let names = try names(vault, session)
        let selectors = SelectorFields(uid: Accounts.ownUID, launch: true)
        let all = try records.all()
        let abandoned = all.filter { record in
            reading.contains {
                $0.file.target.string == record.path && record.layers(shownIn: $0.file.content).isEmpty
            }
        }
        let paths = Set(abandoned.map(\.path))
        let reusable = ReusableNames(
            abandoned: abandoned,
            others: all.filter { !paths.contains($0.path) },
            in: names,
            selectors: selectors
        )
        let plan = try plan(reading.map(\.configuration), names, reusable)
        let report = ImportReport(plan, replacing: reusable.secrets, isDryRun: dryRun)
        guard !dryRun, !plan.changesNothing else {
            try session.output.show(report: report) { () throws(CommandFailure) in try report.printPlan(session.output)
            }
            report.printRest(session.console)
            session.console.message(
                plan.changesNothing ? "there is nothing to import" : "nothing was changed (--dry-run)"
            )
            return
        }
        if session.output.format == .table { try report.printPlan(session.output) }
        report.printRest(session.console)
        try session.confirm(Self.deed(plan), byTyping: "import")
        let work = ImportWork(
            plan: plan,
            files: reading.map(\.file),
            records: records,
            store: VaultImport(
                vault: vault,
                names: names,
                reusable: reusable,
                selectors: selectors,
                console: session.console
            ),
            now: session.context.now()
        )
        try work.run()
        try session.output.show(report: report) { () throws(CommandFailure) in try report.printRotations(session.output)
        }
        for file in plan.files where file.rewritten != nil {
            session.console.message("\(TerminalText.escaped(file.path)): rewritten; restart its client")
        }
    }

    private static func deed(_ plan: ImportPlan) -> String {
        func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
        let files = plan.files.count { $0.rewritten != nil }
        return "This stores \(count(plan.secrets.count, "secret")), registers \(count(plan.servers.count, "server"))"
            + " and rewrites \(count(files, "file"))."
    }

    private func plan(
        _ files: [ConfigurationFile],
        _ names: VaultNames,
        _ reusable: ReusableNames
    ) throws(CommandFailure) -> ImportPlan {
        let settings = ImportSettings(
            program: program ?? Self.ownProgram,
            keepsArguments: keepArguments,
            serverPrefix: serverPrefix,
            takenServers: Set(names.servers.keys).subtracting(reusable.servers),
            takenSecrets: Set(names.secrets.keys).subtracting(reusable.secrets.keys),
            take: Set(take),
            leave: Set(leave)
        )
        do throws(ImportRefusal) {
            return try ImportPlan(files, settings: settings)
        } catch {
            throw .usage("\(error)", hints: [error.remedy])
        }
    }

    /// What the vault has. Without a vault a dry run shows what it can.
    private func names(_ vault: Vault, _ session: Session) throws(CommandFailure) -> VaultNames {
        do throws(CommandFailure) {
            try vault.requireOpen()
            return try VaultNames(vault)
        } catch {
            guard dryRun, [.unreachable, .sealed, .denied].contains(error.status) else { throw error }
            session.console.message("names may come out otherwise, because the vault was not asked: \(error.message)")
            return .none
        }
    }

    // MARK: Reading

    private struct Reading {
        let file: ClientFile
        let configuration: ConfigurationFile
    }

    /// Reads the files that were named, all or none; of those that were found, the ones that can be read.
    private func read(_ session: Session) throws(CommandFailure) -> [Reading] {
        var readings: [Reading] = []
        for path in files.isEmpty ? try KnownPlaces(session).existing : files {
            do throws(CommandFailure) {
                let reading = try read(path, session)
                let isSeen = readings.contains { $0.file.target == reading.file.target }
                if !isSeen { readings.append(reading) }
            } catch {
                guard files.isEmpty else { throw error }
                session.console.message("left as it is: \(error.message)", hints: error.hints)
            }
        }
        return readings
    }

    private func read(_ path: String, _ session: Session) throws(CommandFailure) -> Reading {
        // Another client's file is not even opened.
        if format == nil { try Self.requireKnown(path) }
        let file = try ClientFile(path)
        // What a command that was killed left beside it may hold what was there.
        if !dryRun { file.removeLeftovers() }
        if file.isLinked {
            session.console.message(
                "\(file.shown) leads to \(TerminalText.escaped(file.target.string)), which is the file that is meant"
            )
        }
        do throws(ImportRefusal) {
            let configuration = try ConfigurationFile(
                path: file.path,
                content: file.content,
                format: format,
                exposures: exposures(file, session)
            )
            return Reading(file: file, configuration: configuration)
        } catch {
            throw .usage("\(file.shown): \(error)", hints: [TerminalText.escaped(error.remedy)])
        }
    }

    private static func requireKnown(_ path: String) throws(CommandFailure) {
        let refusal: ImportRefusal
        switch Recognition(path: path) {
        case .known: return
        case .foreign(let foreign): refusal = .foreign(foreign)
        case .otherLanguage(let language): refusal = .otherLanguage(language)
        case .unknown: refusal = .unknownFormat
        }
        throw .usage("\(TerminalText.escaped(path)): \(refusal)", hints: [refusal.remedy])
    }

    private func exposures(_ file: ClientFile, _ session: Session) -> Set<ConfigurationFile.Exposure> {
        var exposures: Set<ConfigurationFile.Exposure> = []
        if file.isReadableByOthers { exposures.insert(.readableByOthers) }
        switch GitHistory.look(for: file.name, in: file.target.removingLastComponent().string) {
        case .known: exposures.insert(.versionControl)
        case .unknown: break
        case .unclear:
            session.console.message(
                "\(file.shown) lies in a repository, and git could not say whether it was ever committed",
                hints: ["Look: git log --all -- FILE"]
            )
        }
        return exposures
    }
}
