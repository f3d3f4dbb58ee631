import Glibc
import Logging
import SystemPackage
import TransparencyLog
import WarderCore
import WarderLinux
import WarderModel

/// The newest checkpoint of a log, in a directory apart from the database: one file for each origin, so that a restore
/// leaves alone what was said of the log before.
///
/// What has the name of a checkpoint and cannot be read as one is never taken for none: whoever can make a file
/// unreadable could otherwise take away what it says.
struct CheckpointFile: Sendable {
    /// Auditors read it.
    private static let mode: UInt32 = 0o644

    /// Something lies there that cannot be read, or is no checkpoint of the log that its name says.
    struct Unreadable: Error {
        let path: String
        /// `nil` for what is no checkpoint.
        let reason: Errno?
    }

    /// Why it was not written.
    enum Refused: Error {
        /// A larger log was signed before: this one is an older copy.
        case newerIsThere(size: UInt64)
        /// Nobody knows what was signed before.
        case unreadable(Unreadable)
        case kernel(Errno)
    }

    private static let suffix = ".checkpoint"

    /// Absolute.
    let directory: String

    func path(_ origin: RecordID) -> String { "\(directory)/\(origin)\(Self.suffix)" }

    /// The checkpoint and the note that it is signed in, by whomever; `nil` where there is none.
    func read(_ origin: RecordID) throws(Unreadable) -> (checkpoint: Checkpoint, note: [UInt8])? {
        let path = path(origin)
        let note: [UInt8]?
        do throws(Errno) { note = try SmallFile.read(path, limit: SignedNote.byteLimit) } catch {
            throw Unreadable(path: path, reason: error)
        }
        guard let note else { return nil }
        guard let text = try? SignedNote(note).text, let checkpoint = try? Checkpoint(text: text),
            checkpoint.origin == LogName.of(origin)
        else { throw Unreadable(path: path, reason: nil) }
        return (checkpoint, note)
    }

    /// All that lie there.
    func readAll() throws(Unreadable) -> [RecordID: [UInt8]] {
        var found: [RecordID: [UInt8]] = [:]
        for origin in try origins() { found[origin] = try read(origin)?.note }
        return found
    }

    /// All that can be read; what cannot, whoever opens the vault is told.
    func readable() -> [RecordID: [UInt8]] {
        var found: [RecordID: [UInt8]] = [:]
        for origin in (try? origins()) ?? [] { found[origin] = (try? read(origin))?.note }
        return found
    }

    /// All that lie there, for a vault that is opened. The daemon's log names what cannot be read.
    ///
    /// - Throws: `checkpointUnreadable`.
    func witness(_ logger: Logger) throws(Refusal) -> [RecordID: [UInt8]] {
        do throws(Unreadable) { return try readAll() } catch {
            logger.error(
                "the vault stays sealed: a checkpoint cannot be read; let this daemon read it, or move it away",
                metadata: ["file": "\(error.path)", "reason": "\(error.words)"]
            )
            throw .checkpointUnreadable
        }
    }

    /// Replaces the one that is there, unless that is of a larger log, or cannot be read.
    func write(_ note: [UInt8], size: UInt64, of origin: RecordID) throws(Refused) {
        let before: Checkpoint?
        do throws(Unreadable) { before = try read(origin)?.checkpoint } catch { throw .unreadable(error) }
        if let before, before.size > size { throw .newerIsThere(size: before.size) }
        do throws(Errno) { try SmallFile.write(note, to: path(origin), mode: Self.mode) } catch {
            throw .kernel(error)
        }
    }

    /// Whose checkpoints lie there, by their names. None where the directory was never made.
    private func origins() throws(Unreadable) -> [RecordID] {
        guard let stream = unsafe opendir(directory) else {
            let reason = Errno(rawValue: errno)
            if reason == .noSuchFileOrDirectory { return [] }
            throw Unreadable(path: directory, reason: reason)
        }
        defer { unsafe closedir(stream) }
        var origins: [RecordID] = []
        errno = 0
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { name in
                unsafe String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(Self.suffix), let bytes = Hex.decode(String(name.dropLast(Self.suffix.count))),
                let origin = RecordID(bytes: bytes)
            {
                origins.append(origin)
            }
            errno = 0
        }
        guard errno == 0 else { throw Unreadable(path: directory, reason: Errno(rawValue: errno)) }
        return origins
    }
}

extension CheckpointFile.Unreadable {
    /// What is wrong with it.
    var words: String { reason.map { "\($0)" } ?? "it is no checkpoint of the log that its name says" }
}

extension CheckpointFile.Refused: CustomStringConvertible {
    var description: String {
        switch self {
        case .newerIsThere(let size): "a checkpoint of a longer log (\(size) events) is there already"
        case .unreadable(let found): "what is there cannot be read, and is not replaced (\(found.path): \(found.words))"
        case .kernel(let reason): "\(reason)"
        }
    }
}
