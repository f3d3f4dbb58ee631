import ArgumentParser
import Glibc
import StrictJSON
import SystemPackage
import WarderCrypto
import WarderModel
import WarderWire

/// `warder backup create`
struct CreateBackup: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Copy the whole vault into one sealed file, while it is at work.",
        discussion: """
            The file is private to you, and it appears under its name when it is complete; a file that is there is \
            left alone. With --directory its name is its time, and --keep removes the oldest ones of this very vault \
            once the new one is complete; none while the vault is in quarantine after a restore. It takes an admin, \
            root, or the user that the daemon runs as.

            The vault opens every row of what it hands over. Where something in it is damaged, the file is kept all the \
            same, nothing older is removed, and the command says what it is and exits with 10. Names of secrets it says \
            to admins and auditors alone.

            EXAMPLE
              warder backup create /media/usb/warder.backup
              warder backup create --directory /var/backups/warder --keep 14
            """
    )

    @Argument(help: ArgumentHelp("The file.", valueName: "path"), completion: .file())
    var path: String?

    @Option(
        help: ArgumentHelp("Put it there, named after its time.", valueName: "path"),
        completion: .directory
    )
    var directory: String?

    @Option(help: ArgumentHelp("With --directory: how many are left, the new one included.", valueName: "number"))
    var keep: Int?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard (path == nil) != (directory == nil) else {
            throw ValidationError("say where to: a path, or --directory PATH")
        }
        if keep != nil, directory == nil { throw ValidationError("--keep goes with --directory") }
        if let keep, keep < 1 { throw ValidationError("--keep is 1 or more") }
    }

    func run(in session: Session) throws(CommandFailure) {
        let vault = try session.vault()
        let name = BackupSeries.name(at: session.context.now())
        let place = path ?? BackupSeries(directory ?? ".").directory.appending(name).string
        // Whoever is no operator can copy the vault, and cannot see how much is in it.
        let events = try? vault.ask(VaultRequest("GET", "/v1/sys/status"), for: VaultStatus.self).value.events
        let file = try AtomicFile(
            path: place,
            mayReplace: false,
            otherwise:
                "A backup is never written over: name another file, or let it be named after its time: --directory",
            isKindred: { directory != nil && BackupSeries.isName($0) }
        )
        // The vault serves others meanwhile. For good: a process gets no better priority back.
        _ = setpriority(Int32(PRIO_PROCESS.rawValue), 0, Self.niceness)
        let copy = try copy(vault, to: file, session)
        try file.commit()
        let check = try tell(vault, of: copy, at: place)
        let isSound = check.verdict == "sound"
        // What is older may be all that is good.
        let pruning = try (isSound ? keep : nil).map { keep throws(CommandFailure) in
            try prune(vault, keeping: keep, new: name, copy)
        }
        try show(place, copy, check, events: events, pruning, session)
        guard isSound else { throw failure(check, of: place) }
        guard session.output.format == .table else { return }
        session.console.message(
            "the backup is complete",
            hints: (pruning?.hints(in: directory ?? ".") ?? [])
                + ["Try whether it opens: \(Self.verification(of: place))"]
        )
    }

    /// The vault says only now, of itself as it is, that it is in no quarantine.
    private func prune(
        _ vault: Vault,
        keeping count: Int,
        new name: String,
        _ copy: Copy
    ) throws(CommandFailure) -> Pruning {
        let status: VaultStatus
        do throws(CommandFailure) { status = try vault.ask(VaultRequest("GET", "/v1/sys/status")).value } catch {
            var failure = error
            failure.message = "the backup is complete, and nothing older was removed: \(error.message)"
            throw failure
        }
        guard status.quarantine == nil else { return Pruning(held: .quarantine) }
        guard status.state == "unsealed" else { return Pruning(held: .sealed) }
        return try BackupSeries(directory ?? ".").prune(keeping: count, new: name, vault: copy.prefix.vault)
    }

    /// The greatest there is (setpriority(2)).
    private static let niceness: Int32 = 19
    /// Bytes after which the disk may catch up: the vault's own events go to it meanwhile.
    private static let stretch: UInt64 = 256 << 10
    /// Bytes that a header has at most.
    private static let maximumHead = 16_403

    /// What came.
    private struct Copy {
        let bytes: UInt64
        let prefix: BackupPrefix
        /// SHA-256 of the header, in hexadecimal: names this backup among others.
        let header: String
    }

    private func copy(
        _ vault: Vault,
        to file: AtomicFile,
        _ session: Session
    ) throws(CommandFailure) -> Copy {
        var head: [UInt8] = []
        var bytes: UInt64 = 0
        var settled: UInt64 = 0
        var total: UInt64 = 0
        var progress = ByteProgress(console: session.console)
        defer { progress.clear() }
        try vault.stream(VaultRequest("GET", "/v1/backup", timeoutSeconds: 3600)) { piece throws(CommandFailure) in
            try file.write(piece)
            if head.count < Self.maximumHead {
                head.append(piece)
                total = BackupPrefix(head)?.fileByteCount ?? 0
            }
            bytes += UInt64(piece.byteCount)
            if bytes - settled >= Self.stretch {
                try file.settle()
                settled = bytes
            }
            progress.show(bytes, of: total)
        }
        guard let prefix = BackupPrefix(head), prefix.fileByteCount == bytes, head.count >= prefix.headerByteCount
        else {
            throw .malformedAnswer
        }
        let header = SHA256Digest.hash(Array(head.prefix(prefix.headerByteCount)))
        return Copy(bytes: bytes, prefix: prefix, header: Hex.encode(header))
    }

    /// Says that the file is whole and on the disk, so that the vault can write it down, and hears what it saw in it.
    private func tell(
        _ vault: Vault,
        of copy: Copy,
        at place: String
    ) throws(CommandFailure) -> BackupCheck {
        do throws(CommandFailure) {
            let kept = BackupKept(headerSHA256: copy.header, bytes: copy.bytes)
            return try vault.ask(VaultRequest("POST", "/v1/backup/kept", body: JSONBody.encode(kept))).value
        } catch {
            var failure = error
            failure.message =
                "\(TerminalText.escaped(place)) is complete, but the vault did not say whether it is sound: \(error.message)"
            failure.hints.append("Nothing older was removed. See for yourself: \(Self.verification(of: place))")
            throw failure
        }
    }

    private static func verification(of place: String) -> String {
        "warder backup verify \(TerminalText.escaped(ShellWord.quoted(place)))"
    }

    private func failure(_ check: BackupCheck, of place: String) -> CommandFailure {
        let others = "Older backups were left where they are."
        guard check.verdict == "damaged" else {
            let reason = check.unchecked.map { ": " + TerminalText.escaped($0) } ?? ""
            return CommandFailure(
                .server,
                "the backup is complete, and the vault could not look whether it is sound\(reason)",
                hints: [
                    others, "See for yourself: \(Self.verification(of: place))",
                    "Then take another: warder backup create",
                ]
            )
        }
        return CommandFailure(
            .verificationFailed,
            "the backup is complete, and what is in it is damaged: \(DamageView(check).words)",
            hints: [
                others, "The vault itself is damaged. See what else there is: warder doctor --deep",
                "What to do then: docs/operations/disk-damaged.md",
            ]
        )
    }

    private func show(
        _ place: String,
        _ copy: Copy,
        _ check: BackupCheck,
        events: Int64?,
        _ pruning: Pruning?,
        _ session: Session
    ) throws(CommandFailure) {
        guard session.output.format == .table else {
            var json = JSONBuffer()
            json.beginObject()
            json.field("path", place)
            json.field("bytes", Int64(clamping: copy.bytes))
            json.field("created", copy.prefix.created.description)
            if let events { json.field("newest_event_at_least", events) }
            if let pruning { pruning.write(to: &json) } else { json.field("removed", [String]()) }
            json.key("check")
            json.raw(try JSONBody.bytes(check))
            json.endObject()
            return try session.output.show(json.bytes)
        }
        var details = Details()
        details.add("Backup", place)
        details.add("Size", ByteCount.text(Int(clamping: copy.bytes)))
        details.add("Time", session.moment.long(copy.prefix.created.description))
        details.add("Newest event", events.map { "\($0), or later" })
        details.add("Contents", check.verdict, check.verdict == "sound" ? .good : .bad)
        pruning?.show(in: &details)
        try session.output.print(details)
        try DamageView(check).show(on: session.console)
    }
}

extension DamageView {
    fileprivate init(_ check: BackupCheck) {
        self.init(counts: check.counts, findings: check.findings, rest: "warder doctor --deep")
    }
}
