import Glibc
import SecretMemory
import StrictJSON
import SystemPackage

/// One new file for each share, of its owner alone: all of them, or none.
final class ShareFiles {
    private let directory: FilePath
    private var files: [(path: FilePath, descriptor: FileDescriptor)] = []
    private var isWritten = false

    /// Makes the files, so that whatever keeps them from being made is found before there are shares.
    ///
    /// - Throws: `.usage` for a directory that is not there, and for a file that is.
    init(directory: String, count: Int) throws(CommandFailure) {
        self.directory = FilePath(directory)
        for number in 1...count {
            let path = self.directory.appending("share-\(number)-of-\(count).txt")
            do {
                let descriptor = try FileDescriptor.open(
                    path,
                    .writeOnly,
                    options: [.create, .exclusiveCreate, .closeOnExec, .noFollow],
                    permissions: [.ownerReadWrite]
                )
                files.append((path, descriptor))
            } catch {
                throw .usage(
                    "cannot create \(TerminalText.escaped(path.string)): \(SystemReason.text(error))",
                    hints: ["Nothing was left behind."]
                )
            }
        }
    }

    deinit {
        for file in files {
            try? file.descriptor.close()
            if !isWritten { unsafe unlink(file.path.string) }
        }
    }

    /// Writes the shares of an answer, and makes sure that they survive a power cut.
    func write(_ answer: JSONNode) throws(CommandFailure) {
        let shares: [SecretBytes]
        do { shares = try answer.member("shares")?.elements.map { try $0.secret() } ?? [] } catch {
            throw .malformedAnswer
        }
        guard shares.count == files.count else { throw .malformedAnswer }
        for (share, file) in zip(shares, files) {
            do {
                _ = try unsafe share.withUnsafeBytes { bytes in try unsafe file.descriptor.writeAll(bytes) }
                _ = try file.descriptor.writeAll("\n".utf8)
                guard fsync(file.descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
            } catch {
                throw .usage("cannot write \(TerminalText.escaped(file.path.string)): \(SystemReason.text(error))")
            }
        }
        isWritten = true
    }
}
