package import SecretMemory
package import SystemPackage
import Glibc
import WarderLinux

/// A file whose bytes open the vault without a person, at boot.
package struct CredentialFile {
    /// Bytes of a new one: as many as the root key has.
    package static let byteCount = 32

    package let path: FilePath

    package init(_ path: String) { self.path = FilePath(path) }

    /// Looks before a person is asked for anything.
    package func refuseExisting() throws(CommandFailure) {
        var status = stat()
        guard unsafe lstat(path.string, &status) != 0 else { throw existsAlready }
    }

    private var existsAlready: CommandFailure {
        .usage(
            "\(name) exists already and was left as it is",
            hints: ["To make it a key of this vault: --use-existing"]
        )
    }

    private var name: String { TerminalText.escaped(path.string) }

    /// Creates the file with random bytes, mode 0600, and makes sure that it survives a power cut.
    ///
    /// An existing file is never touched: it may be the only key of another vault.
    package func create() throws(CommandFailure) -> SecretBytes {
        let secret: SecretBytes
        do throws(SecretMemoryError) { secret = try .random(count: Self.byteCount) } catch {
            throw CommandFailure(error)
        }
        do {
            let file = try FileDescriptor.open(
                path,
                .writeOnly,
                options: [.create, .exclusiveCreate, .closeOnExec, .noFollow],
                permissions: [.ownerReadWrite]
            )
            try file.closeAfter {
                _ = try unsafe secret.withUnsafeBytes { bytes in try unsafe file.writeAll(bytes) }
                try Self.synchronise(file)
            }
            try synchroniseDirectory()
        } catch Errno.fileExists {
            throw existsAlready
        } catch {
            throw .usage("cannot create \(name): \(SystemReason.text(error))")
        }
        return secret
    }

    /// Reads a file that is there already.
    ///
    /// - Throws: `.usage` for one that others may read or replace, or that is shorter than a key.
    package func read() throws(CommandFailure) -> SecretBytes {
        do throws(FileTrustError) {
            try FileTrust.check(file: try absolutePath(), maximumMode: 0o600)
        } catch {
            throw .usage(
                "the credential file is not safe to use: \(TerminalText.escaped(error.description))",
                hints: ["Try: \(TerminalText.escaped(error.remedy))"]
            )
        }
        let secret = try SecretSource.file(path.string)
        guard secret.count >= Self.byteCount else {
            throw .usage("\(name) has less than \(Self.byteCount) bytes; a key needs them all to be random")
        }
        return secret
    }

    /// Takes a file back that was created for a vault which then was not set up.
    package func remove() { unsafe unlink(path.string) }

    private func absolutePath() throws(FileTrustError) -> String {
        if path.isAbsolute { return path.string }
        var room = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard let here = unsafe getcwd(&room, room.count) else { throw .notAbsolute(path.string) }
        return FilePath(unsafe String(cString: here)).pushing(path).string
    }

    private func synchroniseDirectory() throws {
        let parent = path.removingLastComponent()
        let directory = try FileDescriptor.open(
            parent.isEmpty ? "." : parent,
            .readOnly,
            options: [.closeOnExec, .directory]
        )
        try directory.closeAfter { try Self.synchronise(directory) }
    }

    private static func synchronise(_ descriptor: FileDescriptor) throws {
        guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }
}
