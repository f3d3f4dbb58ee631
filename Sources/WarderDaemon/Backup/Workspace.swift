import Dispatch
import Foundation
import Glibc

/// A directory of this user's alone, which goes when this goes, or when a signal ends the process.
final class Workspace {
    let path: String
    private let sources: [any DispatchSourceSignal]

    /// - Parameter parent: an absolute path.
    /// - Throws: `failed` when no directory can be made there.
    init(in parent: String) throws(BackupStop) {
        var template = Array((parent + "/.warder-verify-XXXXXX").utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            throw BackupStop(
                .failed,
                "a directory for the check cannot be made in \(parent) (errno \(errno))",
                remedy: "Name another one that has room for the whole database: --workspace PATH"
            )
        }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.path = path
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

    private static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

    deinit {
        for source in sources { source.cancel() }
        remove()
    }
}
