import ClientConfigurations
import Glibc
import SystemPackage
import WarderLinux

/// What imports of this user did, a file for each configuration.
///
/// Below `$XDG_STATE_HOME/warder/imports`, or `~/.local/state/warder/imports`: not beside the configurations, because
/// those may be in version control.
final class ImportRecords {
    let directory: String
    private var lock: Int32 = -1

    init(_ session: Session) throws(CommandFailure) {
        if let state = session.context.environment["XDG_STATE_HOME"], state.hasPrefix("/") {
            directory = "\(state)/warder/imports"
        } else if let home = session.context.roots.home(Accounts.ownUID), home.hasPrefix("/") {
            directory = "\(home)/.local/state/warder/imports"
        } else {
            throw .usage(
                "there is no home directory to remember imports in",
                hints: ["Name another place: XDG_STATE_HOME=/absolute/path"]
            )
        }
    }

    deinit { if lock >= 0 { close(lock) } }

    /// Makes the directory, and keeps other imports of this user away until this command ends.
    func lockForWriting() throws(CommandFailure) {
        do throws(FileTrustError) {
            try PrivateDirectory.ensure(directory)
        } catch {
            throw .usage(
                "there is no safe place to remember the import in: \(TerminalText.escaped(error.description))",
                hints: ["Try: \(TerminalText.escaped(error.remedy))"]
            )
        }
        lock = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw CommandFailure(.conflict, "another import of yours is under way", hints: ["Wait until it has ended"])
        }
    }

    /// The record of a file, without links on the way; `nil` where there is none.
    func record(of target: String) throws(CommandFailure) -> ImportRecord? {
        let path = "\(directory)/\(ImportRecord.fileName(for: target))"
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return nil }
        return try read(path)
    }

    /// All records, by the path of their file.
    func all() throws(CommandFailure) -> [ImportRecord] {
        guard let stream = unsafe opendir(directory) else { return [] }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { name in
                unsafe String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".json"), !name.hasPrefix(".") { names.append(name) }
        }
        var records: [ImportRecord] = []
        for name in names { records.append(try read("\(directory)/\(name)")) }
        return records.sorted { $0.path < $1.path }
    }

    /// Puts a record on disk.
    func write(_ record: ImportRecord) throws(CommandFailure) {
        let file = try AtomicFile(
            path: "\(directory)/\(ImportRecord.fileName(for: record.path))",
            mayReplace: true
        )
        let bytes = record.stored
        try unsafe file.write(bytes.span.bytes)
        try file.commit()
    }

    func remove(_ record: ImportRecord) {
        unsafe unlink("\(directory)/\(ImportRecord.fileName(for: record.path))")
    }

    private func read(_ path: String) throws(CommandFailure) -> ImportRecord {
        let bytes: [UInt8]?
        do throws(Errno) {
            bytes = try SmallFile.read(path, limit: ImportRecord.maximumBytes)
        } catch {
            throw .usage("cannot read \(TerminalText.escaped(path)): \(SystemReason.text(error))")
        }
        if let bytes { return try parse(bytes, path) }
        throw .usage("\(TerminalText.escaped(path)) is no record of an import")
    }

    private func parse(_ bytes: [UInt8], _ path: String) throws(CommandFailure) -> ImportRecord {
        do throws(UndoRefusal) {
            return try ImportRecord(stored: bytes)
        } catch {
            throw .usage("\(TerminalText.escaped(path)): \(error)", hints: [error.remedy])
        }
    }
}
