import ArgumentParser
import Glibc
import StrictJSON
import SystemPackage
import WarderModel
import WarderWire

/// `warder backup create`
struct CreateBackup: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Copy the whole vault into one sealed file, while it is at work.",
        discussion: """
            The file is private to you, and it appears under its name when it is complete; a file that is there is \
            left alone. With --directory its name is its time, and --keep removes the oldest of that kind of name \
            once the new one is complete. It takes an admin, root, or the user that the daemon runs as.

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
        let (bytes, prefix) = try copy(vault, to: file, session)
        try file.commit()
        let removed = try keep.map { keep throws(CommandFailure) in
            try BackupSeries(directory ?? ".").prune(keeping: keep, new: name)
        }
        try show(place, bytes, prefix, events: events, removed: removed ?? [], session)
    }

    /// The greatest there is (setpriority(2)).
    private static let niceness: Int32 = 19
    /// Bytes after which the disk may catch up: the vault's own events go to it meanwhile.
    private static let stretch: UInt64 = 256 << 10

    private func copy(
        _ vault: Vault,
        to file: AtomicFile,
        _ session: Session
    ) throws(CommandFailure) -> (bytes: UInt64, BackupPrefix) {
        var head: [UInt8] = []
        var bytes: UInt64 = 0
        var settled: UInt64 = 0
        var total: UInt64 = 0
        var progress = ByteProgress(console: session.console)
        defer { progress.clear() }
        try vault.stream(VaultRequest("GET", "/v1/backup", timeoutSeconds: 3600)) { piece throws(CommandFailure) in
            try file.write(piece)
            if head.count < BackupPrefix.byteCount {
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
        guard let prefix = BackupPrefix(head), prefix.fileByteCount == bytes else { throw .malformedAnswer }
        return (bytes, prefix)
    }

    private func show(
        _ place: String,
        _ bytes: UInt64,
        _ prefix: BackupPrefix,
        events: Int64?,
        removed: [String],
        _ session: Session
    ) throws(CommandFailure) {
        guard session.output.format == .table else {
            var json = JSONBuffer()
            json.beginObject()
            json.field("path", place)
            json.field("bytes", Int64(clamping: bytes))
            json.field("created", prefix.created.description)
            if let events { json.field("newest_event_at_least", events) }
            json.field("removed", removed)
            json.endObject()
            return try session.output.show(json.bytes)
        }
        var details = Details()
        details.add("Backup", place)
        details.add("Size", ByteCount.text(Int(clamping: bytes)))
        details.add("Time", session.moment.long(prefix.created.description))
        details.add("Newest event", events.map { "\($0), or later" })
        for name in removed { details.add("Removed", name) }
        try session.output.print(details)
        session.console.message("the backup is complete", hints: ["Try whether it opens: warder backup verify PATH"])
    }
}
