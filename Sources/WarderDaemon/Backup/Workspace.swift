import Dispatch
import Foundation
import Glibc
import SystemPackage

/// A directory of this user's alone, which goes when this goes, or when a signal ends the process. What a kill leaves
/// goes when the next one is made beside it.
final class Workspace {
    private static let prefix = ".warder-verify-"

    let path: String
    /// Holds a lock while the directory is in use.
    private let descriptor: Int32
    private let sources: [any DispatchSourceSignal]

    /// - Parameter parent: an absolute path.
    /// - Throws: `failed` when no directory can be made there.
    init(in parent: String) throws(BackupStop) {
        Self.removeAbandoned(in: parent)
        guard let (path, descriptor) = Self.make(in: parent) else {
            throw BackupStop(
                .failed,
                "a directory for the check cannot be made in \(parent): \(Errno(rawValue: errno))",
                remedy: "Name another one that has room for the whole database: --workspace PATH"
            )
        }
        self.path = path
        self.descriptor = descriptor
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                Self.remove(path)
                _exit(128 + number)
            }
            source.resume()
            return source
        }
    }

    /// Takes it away with all that is in it.
    func remove() { Self.remove(path) }

    /// A new directory that nobody else takes for abandoned: `nil` when none can be made.
    private static func make(in parent: String) -> (path: String, descriptor: Int32)? {
        for _ in 0..<3 {
            var template = Array((parent + "/" + prefix + "XXXXXX").utf8CString)
            guard unsafe mkdtemp(&template) != nil else { return nil }
            let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            // Between its making and its lock another check may have taken it away.
            var status = stat()
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0, unsafe stat(path, &status) == 0 { return (path, descriptor) }
            close(descriptor)
        }
        return nil
    }

    /// Takes away what checks left that were killed: directories of this user that nobody has locked.
    private static func removeAbandoned(in parent: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        for name in names where name.hasPrefix(prefix) {
            let path = parent + "/" + name
            let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            var status = stat()
            guard unsafe fstat(descriptor, &status) == 0, status.st_uid == geteuid(), status.st_mode & 0o077 == 0,
                flock(descriptor, LOCK_EX | LOCK_NB) == 0
            else { continue }
            remove(path)
        }
    }

    private static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

    deinit {
        for source in sources { source.cancel() }
        remove()
        close(descriptor)
    }
}
