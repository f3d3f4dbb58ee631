import SecretMemory
import StrictJSON
import SystemPackage
import WarderWire

/// Makes a slot that shares open, and hands the shares over.
struct AddShares {
    let threshold: Int
    let count: Int
    let session: Session

    func run(_ destination: ShareDestination) throws(CommandFailure) {
        let made: MadeShares
        do throws(CommandFailure) {
            let document = try ask()
            defer { document.wipe() }
            if case .answer = destination { return try print(document) }
            made = try MadeShares(document.root, count: count)
        } catch {
            var failure = error
            // A refusal means that there is no slot. Otherwise there may be one.
            if ![.denied, .sealed, .conflict, .interrupted, .auditUnavailable].contains(error.status) {
                failure.hints.append("If there is a new slot now, nobody has its shares; remove it: warder key slots")
            }
            throw failure
        }
        do throws(CommandFailure) {
            switch destination {
            case .answer: break
            case .terminal: try show(made)
            case .files(let folder):
                try write(made, to: folder) { share, _, file throws(CommandFailure) in
                    try file.write(share)
                }
            case .encrypted(let folder, let age, let recipients):
                try write(made, to: folder) { share, index, file throws(CommandFailure) in
                    try age.encrypt(share, number: index + 1, to: recipients[index], into: file.descriptor)
                }
            }
        } catch {
            var failure = error
            failure.hints.append(made.remedy)
            throw failure
        }
        try report(made, destination)
    }

    private func ask() throws(CommandFailure) -> JSONDocument {
        var body = JSONBuffer(capacity: 64)
        body.beginObject()
        body.field("threshold", threshold)
        body.field("shares", count)
        body.endObject()
        return try session.vault().askForSecret(VaultRequest("POST", "/v1/keys/slots", body: RequestBody(body)))
    }

    /// As it came: indenting it would make a `String` of every share.
    private func print(_ document: JSONDocument) throws(CommandFailure) {
        var bytes = document.root.rawBytes
        defer { zero(&bytes) }
        try session.console.write(bytes)
        try session.console.write([UInt8(ascii: "\n")])
    }

    // MARK: On the terminal

    private func show(_ made: MadeShares) throws(CommandFailure) {
        let pages = made.texts.enumerated().map { index, text in
            SecretPage(
                announcement: announcement(index + 1),
                title: "Share \(index + 1) of \(count); any \(threshold) open the vault (slot \(made.name)).",
                secret: text,
                closing: """
                    Hand it to one person: copied by hand, or into their password manager.
                    Dashes are part of it; the letters i, l, o and u do not occur.

                    Press Enter when they have it: it will not be shown again.
                    """
            )
        }
        let console = session.console
        do throws(PagesNotShown) {
            try session.context.prompter.show(pages) { shown in
                let failure = notShown(shown, "interrupted")
                console.message(failure.message, hints: failure.hints + [made.remedy])
            }
        } catch {
            // Whoever interrupted it was told already.
            guard error.reason != .interrupted else { throw .silent(.interrupted) }
            throw notShown(error.shown, "the terminal went away")
        }
    }

    private func announcement(_ number: Int) -> String {
        let start = "\(count) shares are shown now, one at a time; any \(threshold) of them open the vault.\n\n"
        return (number == 1 ? start : "") + """
            Share \(number) of \(count) is next. Only the person who is to have it should see this screen.

            Press the space bar to show it. Ctrl-C ends it all.
            """
    }

    private func notShown(_ shown: Int, _ why: String) -> CommandFailure {
        let lost = count - shown
        guard lost > 0 else { return .usage("\(why): all \(count) shares were shown, the last one cut short") }
        return .usage(
            "\(why): \(lost) of \(count) shares were not shown",
            hints: ["Nobody has them, and the vault does not either."]
        )
    }

    // MARK: To files

    private func write(
        _ made: MadeShares,
        to folder: ShareFolder,
        _ write: (SecretBytes, Int, ShareFiles.File) throws(CommandFailure) -> Void
    ) throws(CommandFailure) {
        let message = Console.text(
            of: "interrupted: the files are removed again; nobody has a share",
            hints: [made.remedy]
        )
        let files = ShareFiles(folder) { _ = try? FileDescriptor.standardError.writeAll(message.utf8) }
        for (index, share) in made.texts.enumerated() {
            try write(share, index, try files.add())
        }
        try files.commit()
        guard files.isReadableByOthers else { return }
        session.console.message(
            "others on this machine can read the files: the file system of \(folder.name) keeps no permissions",
            hints: [made.remedy]
        )
    }

    private func report(_ made: MadeShares, _ destination: ShareDestination) throws(CommandFailure) {
        if session.output.format == .table {
            try session.console.print("slot \(made.name): any \(threshold) of \(count) shares open the vault")
        } else {
            try session.output.show(made.summary)
        }
        var hints: [String] = []
        switch destination {
        case .terminal, .answer: break
        case .files(let folder):
            hints.append("One for each person; then remove them here: \(folder.name)/share-*-of-\(count).txt")
        case .encrypted(let folder, _, _):
            hints.append("One for each person, in the order of the recipients: \(folder.name)/share-*-of-\(count).age")
        }
        session.console.message(
            "to open the vault, \(threshold) people run: warder unseal --share",
            hints: hints + ["Try it before you rely on it; until then keep another slot."]
        )
    }
}
