import ArgumentParser
import ClientConfigurations
import SecretMemory
import StrictJSON
import SystemPackage
import WarderModel
import WarderWire

/// `warder mcp undo`
struct UndoImports: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo",
        abstract: "Give configurations back as they were before an import, byte for byte.",
        discussion: """
            The values come from the vault: those that lay in the file, even if they were rotated since. That takes the \
            reader's role, your presence where the vault asks for it, and is in the log. The secrets then lie in plain \
            text again. The vault keeps what the import stored and registered.

            A file that was edited after its import is left as it is. So is one whose servers may not start with its \
            secrets any more: take grants and servers away afterwards, not before.

            EXAMPLE
              warder mcp undo ~/.cursor/mcp.json
            """
    )

    @Argument(help: ArgumentHelp("Configurations that were imported.", valueName: "file"))
    var files: [String]

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let records = try ImportRecords(session)
        try records.lockForWriting()
        var undoings: [Undoing] = []
        for path in files {
            let file = try ClientFile(path)
            file.removeLeftovers()
            let isSeen = undoings.contains { $0.file.target == file.target }
            if !isSeen, let undoing = try find(file, records, session) { undoings.append(undoing) }
        }
        guard !undoings.isEmpty else { return }
        let vault = try session.vault()
        vault.keepsPassphrase = true
        try vault.requireOpen()
        let names = try VaultNames(vault)
        let selectors = SelectorFields(uid: Accounts.ownUID, launch: true)
        for undoing in undoings { try undoing.requireOwn(names, selectors) }
        let secrets = Set(undoings.flatMap(\.layer.moved).map(\.secret.text)).sorted().joined(separator: ", ")
        try session.confirm("This puts secrets back into plain text: \(secrets).", byTyping: "undo")
        // All values first: nothing is written where one of them is not to be had.
        let originals = try undoings.map { undoing throws(CommandFailure) in try undoing.original(vault) }
        for (undoing, original) in zip(undoings, originals) {
            var record = undoing.record
            record.state = .undone
            try records.write(record)
            try undoing.file.replace(with: original)
            try session.console.print("\(undoing.file.shown): as it was before the import")
        }
        warn(undoings, session)
    }

    /// A file as an import left it, and that import.
    private struct Undoing {
        let file: ClientFile
        let record: ImportRecord
        let layer: ImportLayer

        /// What is remembered lies in a file of this user, where any program of theirs could have named other secrets:
        /// only those are read that servers which the user may start get anyway, and of these what an import stored, or
        /// what is current.
        ///
        /// `selectors`: what an import registers a server with.
        func requireOwn(_ names: VaultNames, _ selectors: SelectorFields) throws(CommandFailure) {
            let servers = layer.servers.filter { names.servers[$0] == selectors }
            for moved in layer.moved {
                let isGranted = servers.contains { server in
                    names.grants["\(server.text)/@launch \(moved.secret.text)"]?.contains(moved.field.text) == true
                }
                guard isGranted else {
                    throw CommandFailure(
                        .conflict,
                        "\(file.shown): no server of the import may use \(moved.secret.text) any more, so it is not read",
                        hints: [
                            "If you took the grant away: warder grant add SERVER/@launch \(moved.secret.text)",
                            "A server of an import is known by your uid and a launch: warder server show SERVER",
                        ]
                    )
                }
                let isOwn = [nil, names.secrets[moved.secret], names.imported(moved.secret)].contains(moved.version)
                guard isOwn else {
                    throw CommandFailure(
                        .conflict,
                        "\(file.shown): no import stored this version of \(moved.secret.text), so it is not read",
                        hints: ["What there is of it: warder secret show \(moved.secret.text)"]
                    )
                }
            }
        }

        func original(_ vault: Vault) throws(CommandFailure) -> [UInt8] {
            var values: [[UInt8]] = []
            for moved in layer.moved {
                let request = VersionRequest(version: moved.version, field: moved.field.text)
                let document = try vault.askForSecret(
                    VaultRequest("POST", "/v1/reveal/\(moved.secret.text)", body: JSONBody.encode(request))
                )
                defer { document.wipe() }
                values.append(try SecretJSON.read("value", of: document.root).copied)
            }
            do throws(UndoRefusal) {
                return try layer.original(current: file.content, values: values)
            } catch {
                throw CommandFailure(.conflict, "\(file.shown): \(error)", hints: [error.remedy])
            }
        }
    }

    /// - Returns: `nil` where nothing has to be done.
    private func find(
        _ file: ClientFile,
        _ records: ImportRecords,
        _ session: Session
    ) throws(CommandFailure) -> Undoing? {
        guard let record = try records.record(of: file.target.string) else {
            throw CommandFailure(
                .notFound,
                "\(file.shown) was not imported by you, as far as this machine remembers",
                hints: ["See what was: warder mcp list"]
            )
        }
        if let layer = record.layers(leadingTo: file.content).last {
            return Undoing(file: file, record: record, layer: layer)
        }
        switch record.state {
        case .undone, .storing:
            session.console.message("\(file.shown): not imported; there is nothing to undo")
            return nil
        case .written:
            throw CommandFailure(
                .conflict,
                "\(file.shown): \(UndoRefusal.editedSince)",
                hints: [UndoRefusal.editedSince.remedy]
            )
        }
    }

    private func warn(_ undoings: [Undoing], _ session: Session) {
        let secrets = Set(undoings.flatMap(\.layer.moved).map(\.secret.text)).sorted()
        let servers = Set(undoings.flatMap(\.layer.servers).map(\.text)).sorted()
        session.console.message(
            "the vault keeps the secrets (\(secrets.joined(separator: ", ")))"
                + " and servers (\(servers.joined(separator: ", ")))",
            hints: [
                "Another import uses them again. To take one away: warder secret delete NAME; warder server remove NAME"
            ]
        )
    }
}

extension SecretBytes {
    /// The bytes in ordinary memory, for a text that is about to be written in the clear.
    fileprivate var copied: [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }
}
