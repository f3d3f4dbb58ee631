import Glibc
import SecretMemory
import SystemPackage

/// A new file that appears under its name when it is complete, readable by its owner alone. Whatever comes in between,
/// a signal included, leaves nothing behind; what a kill leaves goes when the next one of its kind is begun.
package final class AtomicFile {
    private let path: FilePath
    private let temporaryPath: FilePath
    private let descriptor: FileDescriptor
    private let interruption: Interruption
    private let mayReplace: Bool
    private var isCommitted = false
    private var isEmpty = true

    /// Told of each step. Tests kill the process there.
    @TaskLocal package static var reached: @Sendable (FileStep) -> Void = { _ in }

    /// Begins a file beside the one that it becomes.
    ///
    /// - Parameters:
    ///   - path: The file's name.
    ///   - mayReplace: Whether what has the name already may go.
    ///   - otherwise: What helps where it must not.
    ///   - isKindred: Whether another name in the directory is one that this command gives too: what killed commands
    ///     left of those goes as well.
    /// - Throws: `.usage` when the name is taken and must not be replaced.
    package init(
        path: String,
        mayReplace: Bool,
        otherwise: String = "To replace it: --yes",
        isKindred: (String) -> Bool = { _ in false }
    ) throws(CommandFailure) {
        let name = TerminalText.escaped(path)
        self.path = FilePath(path)
        self.mayReplace = mayReplace
        guard let last = self.path.lastComponent else { throw .usage("\(name) is no name of a file") }
        let directory = self.path.removingLastComponent()
        AbandonedFiles(directory).remove { $0 == last.string || isKindred($0) }
        try Self.requireFree(path, mayReplace: mayReplace, otherwise: otherwise)
        let temporaryPath = directory.appending(AbandonedFiles.temporaryName(of: last.string))
        self.temporaryPath = temporaryPath
        interruption = Interruption { unsafe unlink(temporaryPath.string) }
        do {
            descriptor = try FileDescriptor.open(
                temporaryPath,
                .writeOnly,
                options: [.create, .exclusiveCreate, .closeOnExec, .noFollow],
                permissions: [.ownerReadWrite]
            )
            // Tells others that it is in use. A file system without locks has no others that look.
            _ = flock(descriptor.rawValue, LOCK_EX | LOCK_NB)
            Self.reached(.begun)
        } catch {
            interruption.end()
            throw .usage("cannot create a file beside \(name): \(SystemReason.text(error))")
        }
    }

    /// - Throws: `.usage` when the name is taken and must not be replaced.
    static func requireFree(
        _ path: String,
        mayReplace: Bool,
        otherwise: String = "To replace it: --yes"
    ) throws(CommandFailure) {
        var existing = stat()
        guard !mayReplace, unsafe lstat(path, &existing) == 0 else { return }
        throw .usage("\(TerminalText.escaped(path)) exists already", hints: [otherwise])
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
        if isEmpty { Self.reached(.written) }
        isEmpty = false
    }

    /// Has what was appended so far begin its way to the disk, and leave memory then (posix_fadvise(2)). Of a long file that
    /// is left to the end, others who wait for the disk then wait for all of it.
    package func settle() throws(CommandFailure) {
        let code = posix_fadvise(descriptor.rawValue, 0, 0, POSIX_FADV_DONTNEED)
        guard code == 0 else { throw failure(Errno(rawValue: code)) }
    }

    /// Puts the bytes on disk, the file under its name, and the name on disk. What has come to lie there meanwhile is
    /// left alone where it must not be replaced.
    package func commit() throws(CommandFailure) {
        guard fsync(descriptor.rawValue) == 0 else { throw failure(Errno(rawValue: errno)) }
        Self.reached(.synced)
        guard renamed() else { throw failure(Errno(rawValue: errno)) }
        isCommitted = true
        Self.reached(.named)
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
            Self.reached(.placed)
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
            Self.reached(.linked)
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
