import Glibc
import SecretMemory
import Synchronization
import SystemPackage

/// The directory that shares go to, and the names they get there.
struct ShareFolder {
    private let directory: FilePath
    let count: Int
    private let suffix: String

    init(path: String, count: Int, isEncrypted: Bool) {
        directory = FilePath(path)
        self.count = count
        suffix = isEncrypted ? "age" : "txt"
    }

    /// For messages.
    var name: String { TerminalText.escaped(directory.string) }

    /// `share-2-of-5.txt`; numbers count from 1.
    func path(_ number: Int) -> FilePath { directory.appending("share-\(number)-of-\(count).\(suffix)") }

    /// Looks before there are shares: the directory is there and can be written to, and no name is taken.
    func check() throws(CommandFailure) {
        var status = stat()
        guard unsafe stat(directory.string, &status) == 0 else {
            throw .usage("cannot use \(name): \(SystemReason.text(Errno(rawValue: errno)))")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw .usage("\(name) is no directory") }
        guard unsafe access(directory.string, W_OK | X_OK) == 0 else {
            throw .usage("cannot write to \(name): \(SystemReason.text(Errno(rawValue: errno)))")
        }
        for number in 1...count {
            guard unsafe lstat(path(number).string, &status) != 0 else {
                throw .usage(
                    "\(TerminalText.escaped(path(number).string)) exists already and was left as it is",
                    hints: ["Move it away, or choose another directory. It may be a share that somebody needs."]
                )
            }
        }
    }

    /// Makes sure that the names survive a power cut.
    func synchronise() throws {
        let descriptor = try FileDescriptor.open(directory, .readOnly, options: [.closeOnExec, .directory])
        try descriptor.closeAfter {
            guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
        }
    }
}

/// One new file for each share, readable by its owner alone: all of them, or none. Whatever comes in between, a signal
/// included, leaves nothing behind.
final class ShareFiles {
    /// A file that is being written.
    struct File {
        let path: FilePath
        let descriptor: FileDescriptor

        /// Writes a share and a line break, which pipes and editors expect.
        func write(_ share: SecretBytes) throws(CommandFailure) {
            do {
                _ = try unsafe share.withUnsafeBytes { bytes in try unsafe descriptor.writeAll(bytes) }
                try descriptor.writeAll("\n".utf8)
            } catch { throw ShareFiles.failure(path, error) }
        }
    }

    /// Known to the thread that tidies up after a signal.
    private final class Created: Sendable {
        private let paths: [String]
        private let count = Atomic(0)

        init(_ folder: ShareFolder) { paths = (1...folder.count).map { folder.path($0).string } }

        func add() { count.add(1, ordering: .sequentiallyConsistent) }

        func remove() {
            for path in paths.prefix(count.load(ordering: .sequentiallyConsistent)) { unsafe unlink(path) }
        }
    }

    private let folder: ShareFolder
    private let created: Created
    private let interruption: Interruption
    private var files: [File] = []
    private var isCommitted = false
    /// Whether the file system gave them other permissions than they were made with.
    private(set) var isReadableByOthers = false

    /// `onInterruption` runs in another thread when a signal has come and the files are gone, before the signal ends
    /// the process.
    init(_ folder: ShareFolder, onInterruption: @escaping @Sendable () -> Void = {}) {
        self.folder = folder
        let created = Created(folder)
        self.created = created
        interruption = Interruption {
            created.remove()
            onInterruption()
        }
    }

    deinit {
        for file in files { try? file.descriptor.close() }
        guard !isCommitted else { return }
        created.remove()
        interruption.end()
    }

    /// Creates the file of the next share.
    func add() throws(CommandFailure) -> File {
        let path = folder.path(files.count + 1)
        do {
            let descriptor = try FileDescriptor.open(
                path,
                .writeOnly,
                options: [.create, .exclusiveCreate, .closeOnExec, .noFollow],
                permissions: [.ownerReadWrite]
            )
            created.add()
            let file = File(path: path, descriptor: descriptor)
            files.append(file)
            return file
        } catch { throw Self.failure(path, error) }
    }

    /// Puts them on disk; until then none of them stays.
    func commit() throws(CommandFailure) {
        for file in files {
            var status = stat()
            guard fsync(file.descriptor.rawValue) == 0, unsafe fstat(file.descriptor.rawValue, &status) == 0 else {
                throw Self.failure(file.path, Errno(rawValue: errno))
            }
            if status.st_mode & 0o077 != 0 { isReadableByOthers = true }
        }
        do { try folder.synchronise() } catch { throw Self.failure(folder.path(1), error) }
        isCommitted = true
        interruption.end()
    }

    private static func failure(_ path: FilePath, _ error: any Error) -> CommandFailure {
        .usage(
            "cannot write \(TerminalText.escaped(path.string)): \(SystemReason.text(error))",
            hints: ["The files that were written are removed again; nobody has a share."]
        )
    }
}
