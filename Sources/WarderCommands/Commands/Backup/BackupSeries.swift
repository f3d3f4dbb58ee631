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

    /// The oldest beyond the newest `count`; never the one of this name. Their order is that of their names.
    static func surplus(_ names: [String], keeping count: Int, new: String) -> [String] {
        let older = names.filter { isName($0) && $0 != new }.sorted(by: >)
        return Array(older.dropFirst(max(0, count - 1))).sorted()
    }

    /// Removes those that are too many, and returns their names.
    func prune(keeping count: Int, new: String) throws(CommandFailure) -> [String] {
        let surplus = Self.surplus(try names(), keeping: count, new: new)
        for name in surplus {
            guard unsafe unlink(directory.appending(name).string) == 0 else {
                throw .usage(
                    "the backup is complete, but \(TerminalText.escaped(name)) could not be removed: "
                        + SystemReason.text(Errno(rawValue: errno))
                )
            }
        }
        return surplus
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
