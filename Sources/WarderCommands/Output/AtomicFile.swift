import Glibc
import SecretMemory
import SystemPackage

/// A new file that appears under its name when it is complete, readable by its owner alone. Whatever comes in between,
/// a signal included, leaves nothing behind.
package final class AtomicFile {
    private let path: FilePath
    private let temporaryPath: FilePath
    private let descriptor: FileDescriptor
    private let interruption: Interruption
    private let mayReplace: Bool
    private var isCommitted = false

    /// Begins a file beside the one that it becomes.
    ///
    /// - Throws: `.usage` when the name is taken and must not be replaced.
    package init(path: String, mayReplace: Bool) throws(CommandFailure) {
        let name = TerminalText.escaped(path)
        self.path = FilePath(path)
        self.mayReplace = mayReplace
        guard let last = self.path.lastComponent else { throw .usage("\(name) is no name of a file") }
        var existing = stat()
        if !mayReplace, unsafe lstat(path, &existing) == 0 {
            throw .usage("\(name) exists already", hints: ["To replace it: --yes"])
        }
        let suffix = String(SecureRandom.bytes(count: 8).reduce(0) { $0 << 8 | UInt64($1) }, radix: 36)
        let temporaryPath = self.path.removingLastComponent().appending(".\(last.string).\(suffix)")
        self.temporaryPath = temporaryPath
        interruption = Interruption { unsafe unlink(temporaryPath.string) }
        do {
            descriptor = try FileDescriptor.open(
                temporaryPath,
                .writeOnly,
                options: [.create, .exclusiveCreate, .closeOnExec, .noFollow],
                permissions: [.ownerReadWrite]
            )
        } catch {
            interruption.end()
            throw .usage("cannot create a file beside \(name): \(SystemReason.text(error))")
        }
    }

    deinit {
        try? descriptor.close()
        if !isCommitted { unsafe unlink(temporaryPath.string) }
        interruption.end()
    }

    /// Appends bytes.
    package func write(_ bytes: RawSpan) throws(CommandFailure) {
        do {
            _ = try unsafe bytes.withUnsafeBytes { bytes in try unsafe descriptor.writeAll(bytes) }
        } catch {
            throw failure(error)
        }
    }

    /// Puts the bytes on disk, the file under its name, and the name on disk. What has come to lie there meanwhile is
    /// left alone where it must not be replaced.
    package func commit() throws(CommandFailure) {
        guard fsync(descriptor.rawValue) == 0, renamed() else { throw failure(Errno(rawValue: errno)) }
        isCommitted = true
        let parent = path.removingLastComponent()
        do {
            let directory = try FileDescriptor.open(
                parent.isEmpty ? "." : parent,
                .readOnly,
                options: [.closeOnExec, .directory]
            )
            try directory.closeAfter {
                guard fsync(directory.rawValue) == 0 else { throw Errno(rawValue: errno) }
            }
        } catch {
            throw .usage(
                "\(TerminalText.escaped(path.string)) is written, but may not outlast a power cut: "
                    + SystemReason.text(error)
            )
        }
    }

    private func renamed() -> Bool {
        if mayReplace { return unsafe rename(temporaryPath.string, path.string) == 0 }
        if unsafe link(temporaryPath.string, path.string) == 0 {
            unsafe unlink(temporaryPath.string)
            return true
        }
        // File systems of sticks and shares that have no links; the name was free when the file was begun.
        guard errno == EPERM || errno == EOPNOTSUPP else { return false }
        return unsafe rename(temporaryPath.string, path.string) == 0
    }

    private func failure(_ error: any Error) -> CommandFailure {
        .usage(
            "cannot write \(TerminalText.escaped(path.string)): \(SystemReason.text(error))",
            hints: ["Nothing was left behind."]
        )
    }
}
