import Foundation
import Glibc
import SystemPackage

/// A new folder for one isolated vault, which nobody else can read.
///
/// Whoever uses it holds a lock on it: one that nobody has locked was left by a rehearsal that was killed, and the next
/// one takes it away.
final class StageFolder {
    private static let prefix = "warder-rehearsal-"
    /// A folder is made first and locked then: one so young, in seconds, may be on its way.
    private static let tenderAge = 10
    /// What is added to the path for the longest socket's name, and what Linux allows, in bytes.
    private static let room = (needed: "/run/operator.sock".utf8.count, limit: 107)

    let path: String
    private let descriptor: Int32

    /// Makes it below an absolute path.
    init(in parent: String) throws(CommandFailure) {
        let name = TerminalText.escaped(parent)
        let beginning = "\(parent)/\(Self.prefix)"
        guard parent.hasPrefix("/"), beginning.utf8.count + 6 + Self.room.needed <= Self.room.limit else {
            throw .usage(
                "TMPDIR must be an absolute path, and short enough for a socket below it",
                hints: ["Try: TMPDIR=/tmp warder rehearse"]
            )
        }
        Self.removeAbandoned(in: parent)
        var template = Array("\(beginning)XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            throw .usage("cannot make a folder in \(name): \(SystemReason.text(Errno(rawValue: errno)))")
        }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        // Root plays strangers as well, who have to get as far as the client socket. What lies beside it stays closed.
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0,
            geteuid() != 0 || fchmod(descriptor, 0o711) == 0
        else {
            let reason = SystemReason.text(Errno(rawValue: errno))
            if descriptor >= 0 { close(descriptor) }
            unsafe rmdir(path)
            throw .usage("cannot keep a folder in \(name): \(reason)")
        }
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    private static func removeAbandoned(in parent: String) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: parent) else { return }
        for name in names where name.hasPrefix(prefix) {
            let path = "\(parent)/\(name)"
            let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            var status = stat()
            guard unsafe fstat(descriptor, &status) == 0, status.st_uid == geteuid(),
                status.st_mtim.tv_sec + tenderAge < time(nil), flock(descriptor, LOCK_EX | LOCK_NB) == 0
            else { continue }
            try? FileManager.default.removeItem(atPath: path)
        }
    }
}
