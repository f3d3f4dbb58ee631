import ArgumentParser
import ClientConfigurations
import WarderModel

/// `warder mcp list`
struct ListImports: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the configurations that you imported.",
        discussion: """
            Reads what was remembered of your imports, and the files; the vault is not asked.

            EXAMPLE
              warder mcp list
            """
    )

    @OptionGroup var global: GlobalOptions

    private struct Report: Encodable {
        let imports: [Entry]
    }

    private struct Entry: Encodable {
        let path: String
        let client: String
        let imported: String
        /// `imported`, `interrupted`, `undone`, `edited` or `gone`.
        let state: String
        let servers: [String]
        let secrets: [String]
    }

    func run(in session: Session) throws(CommandFailure) {
        let entries = try ImportRecords(session).all().map(Self.entry)
        try session.output.show(report: Report(imports: entries)) { () throws(CommandFailure) in
            var table = Table([
                .init("FILE", canShrink: false), .init("CLIENT"), .init("STATE", canShrink: false), .init("IMPORTED"),
                .init("SERVERS", wraps: true), .init("SECRETS", wraps: true),
            ])
            for entry in entries {
                table.add([
                    .init(entry.path), .init(entry.client),
                    .init(entry.state, entry.state == "imported" ? nil : .caution),
                    .init(session.moment.short(entry.imported)), .init(entry.servers.joined(separator: ", ")),
                    .init(entry.secrets.joined(separator: ", ")),
                ])
            }
            try session.output.print(
                table,
                ifEmpty: "you have not imported anything yet",
                hints: ["See what there is: warder mcp import --dry-run"]
            )
        }
        if entries.contains(where: { $0.state == "interrupted" }) {
            session.console.message("an import was cut off", hints: ["Go on with it: warder mcp import FILE"])
        }
    }

    private static func entry(_ record: ImportRecord) -> Entry {
        let layers: [ImportLayer]
        let state: String
        if let file = try? ClientFile(record.path) {
            let found = record.layers(shownIn: file.content)
            layers = found.isEmpty ? record.layers : found
            // A client that writes its own state beside the servers has not edited them.
            let isWhole = record.differing(in: file.content).isEmpty
            state =
                if !found.isEmpty {
                    isWhole ? "imported" : "edited"
                } else {
                    switch record.state {
                    case .storing: "interrupted"
                    case .written: "edited"
                    case .undone: "undone"
                    }
                }
        } else {
            layers = record.layers
            state = "gone"
        }
        return Entry(
            path: record.path,
            client: record.client.name,
            imported: record.imported.description,
            state: state,
            servers: Set(layers.flatMap(\.servers).map(\.text)).sorted(),
            secrets: Set(layers.flatMap(\.moved).map(\.secret.text)).sorted()
        )
    }
}
