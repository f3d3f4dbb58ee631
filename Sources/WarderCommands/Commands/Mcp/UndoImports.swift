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

            Of a file that was changed after its import, those servers are given back whose entries are as the import \
            wrote them, and all else stays as it is now; what to write into the others is said. A file whose servers \
            may not start with its secrets any more is left as it is: take grants and servers away afterwards, not \
            before.

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
        let secrets = Set(undoings.flatMap(\.reversal.values).map(\.secret.text)).sorted().joined(separator: ", ")
        try session.confirm("This puts secrets back into plain text: \(secrets).", byTyping: "undo")
        // All values first: nothing is written where one of them is not to be had.
        let originals = try undoings.map { undoing throws(CommandFailure) in try undoing.original(vault) }
        for (undoing, original) in zip(undoings, originals) {
            try undoing.putBack(original, records)
            for line in undoing.lines { try session.console.print(line) }
            Self.name(undoing.reversal.differing, in: undoing.file, session)
        }
        warn(undoings, session)
    }

    /// A file, and what of an import can be taken back from it.
    private struct Undoing {
        let file: ClientFile
        let record: ImportRecord
        let reversal: Reversal

        /// What is about to happen is written down first; what has happened to a part of the entries, afterwards.
        func putBack(_ original: [UInt8], _ records: ImportRecords) throws(CommandFailure) {
            var record = record
            guard reversal.differing.isEmpty else {
                try file.replace(with: original)
                record.forget(reversal)
                return try records.write(record)
            }
            record.state = .undone
            try records.write(record)
            try file.replace(with: original)
        }

        /// What was done.
        var lines: [String] {
            reversal.places.isEmpty
                ? ["\(file.shown): as it was before the import"]
                : reversal.places.map { "\(file.shown): \($0) as it was before the import; the rest as it is now" }
        }

        /// What is remembered lies in a file of this user, where any program of theirs could have named other secrets:
        /// only those are read that servers which the user may start get anyway, and of these what an import stored, or
        /// what is current.
        ///
        /// `selectors`: what an import registers a server with.
        func requireOwn(_ names: VaultNames, _ selectors: SelectorFields) throws(CommandFailure) {
            let servers = reversal.servers.filter { names.servers[$0] == selectors }
            for moved in reversal.values {
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
            for moved in reversal.values {
                let request = VersionRequest(version: moved.version, field: moved.field.text)
                let document = try vault.askForSecret(
                    VaultRequest("POST", "/v1/reveal/\(moved.secret.text)", body: JSONBody.encode(request))
                )
                defer { document.wipe() }
                values.append(try SecretJSON.read("value", of: document.root).copied)
            }
            do throws(UndoRefusal) {
                return try reversal.original(current: file.content, values: values)
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
        if let reversal = record.reversal(of: file.content) {
            return Undoing(file: file, record: record, reversal: reversal)
        }
        switch record.state {
        case .undone, .storing:
            session.console.message("\(file.shown): not imported; there is nothing to undo")
            return nil
        case .written:
            let differing = record.differing(in: file.content)
            Self.name(differing, in: file, session)
            throw CommandFailure(
                .conflict,
                "\(file.shown): \(UndoRefusal.editedSince)",
                hints: differing.isEmpty ? [UndoRefusal.editedSince.remedy] : []
            )
        }
    }

    /// Names the entries that stay, and what to write into each.
    private static func name(_ entries: [DifferingEntry], in file: ClientFile, _ session: Session) {
        for entry in entries {
            session.console.message(
                "\(file.shown): \(entry.place) was changed after the import, and stays",
                hints: [TerminalText.escaped(entry.remedy)]
            )
        }
    }

    private func warn(_ undoings: [Undoing], _ session: Session) {
        let secrets = Set(undoings.flatMap(\.reversal.values).map(\.secret.text)).sorted()
        let servers = Set(undoings.flatMap(\.reversal.servers).map(\.text)).sorted()
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
