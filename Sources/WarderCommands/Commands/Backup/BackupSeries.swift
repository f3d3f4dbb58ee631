import Glibc
import SystemPackage
import WarderModel

/// Backups that lie side by side in one directory, each named after its time: `warder-20261121T091500Z.backup`.
struct BackupSeries {
    let directory: FilePath

    init(_ directory: String) { self.directory = FilePath(directory) }

    /// The name of one that is made now.
    static func name(at time: Timestamp) -> String {
        let digits = time.description.prefix { $0 != "." }.filter { $0 != "-" && $0 != ":" }
        return "warder-\(digits)Z.backup"
    }

    /// Whether a file has a name that this command gives: everything else in the directory is somebody else's.
    static func isName(_ name: String) -> Bool {
        let pattern = Array("warder-00000000T000000Z.backup".utf8)
        let bytes = Array(name.utf8)
        return bytes.count == pattern.count
            && zip(bytes, pattern).allSatisfy { byte, sign in
                sign == UInt8(ascii: "0")
                    ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) : byte == sign
            }
    }

    /// Removes the oldest of this vault beyond the newest `count`, the new one included. Their order is that of their names.
    ///
    /// A name tells neither whose backup it is nor whether the clock was right: what is of another vault, what cannot be
    /// read, and what is named after a later time than the new one neither goes nor counts.
    func prune(keeping count: Int, new: String, vault: [UInt8]) throws(CommandFailure) -> Pruning {
        var pruning = Pruning()
        var older: [String] = []
        for name in try names().sorted() where Self.isName(name) && name != new {
            switch owner(of: name) {
            case nil: pruning.unreadable += 1
            case vault? where name > new: pruning.later.append(name)
            case vault?: older.append(name)
            default: pruning.foreign += 1
            }
        }
        for name in older.dropLast(count - 1) {
            guard unsafe unlink(directory.appending(name).string) == 0 else {
                throw .usage(
                    "the backup is complete, but \(TerminalText.escaped(name)) could not be removed: "
                        + SystemReason.text(Errno(rawValue: errno))
                )
            }
            pruning.removed.append(name)
        }
        return pruning
    }

    /// The vault that a file is a backup of; `nil` for what is none, is not whole, or is not for this user to read.
    private func owner(of name: String) -> [UInt8]? {
        let path = directory.appending(name)
        guard let file = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .noFollow, .nonBlocking])
        else { return nil }
        defer { try? file.close() }
        var bytes = [UInt8](repeating: 0, count: BackupPrefix.byteCount)
        var status = stat()
        guard unsafe fstat(file.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            unsafe bytes.withUnsafeMutableBytes({ try? unsafe file.read(into: $0) }) == bytes.count,
            let prefix = BackupPrefix(bytes), prefix.fileByteCount == UInt64(max(0, status.st_size))
        else { return nil }
        return prefix.vault
    }

    private func names() throws(CommandFailure) -> [String] {
        guard let stream = unsafe opendir(directory.string) else {
            throw .usage(
                "\(TerminalText.escaped(directory.string)) cannot be read: "
                    + SystemReason.text(Errno(rawValue: errno))
            )
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            names.append(
                unsafe withUnsafeBytes(of: entry.pointee.d_name) { name in
                    unsafe String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
                }
            )
        }
        return names
    }
}
