import Glibc
import SecretMemory
import SystemPackage

/// What commands that were killed left beside the files that they were writing.
///
/// Such a file is called `.NAME.` and 64 random bits to the base 36, and whoever writes it holds a lock on it: one that
/// nobody has locked is nobody's.
struct AbandonedFiles {
    private let directory: FilePath

    /// - Parameter directory: empty for the working directory.
    init(_ directory: FilePath) { self.directory = directory.isEmpty ? "." : directory }

    /// A name for a file that becomes `name`.
    static func temporaryName(of name: String) -> String {
        let number = SecureRandom.bytes(count: 8).reduce(0) { $0 << 8 | UInt64($1) }
        let digits = String(number, radix: 36)
        return ".\(name)." + String(repeating: "0", count: digitCount - digits.count) + digits
    }

    /// Removes those of this user that were to become a file of such a name. What cannot be removed stays.
    func remove(where isWanted: (String) -> Bool) {
        guard let stream = unsafe opendir(directory.string) else { return }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { name in
                unsafe String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let becomes = Self.name(ofTemporary: name), isWanted(becomes) { names.append(name) }
        }
        for name in names { removeAbandoned(name) }
    }

    private static let digitCount = 13
    private static let digits = Set("0123456789abcdefghijklmnopqrstuvwxyz".utf8)
    /// A file is made first and locked then: one so young, in seconds, may be on its way.
    private static let tenderAge = 10

    /// What the file was to be called; `nil` for all other names.
    private static func name(ofTemporary name: String) -> String? {
        let bytes = Array(name.utf8)
        guard bytes.count > digitCount + 2, bytes.first == UInt8(ascii: "."),
            bytes[bytes.count - digitCount - 1] == UInt8(ascii: "."),
            bytes.suffix(digitCount).allSatisfy(digits.contains)
        else { return nil }
        return String(decoding: bytes[1..<(bytes.count - digitCount - 1)], as: UTF8.self)
    }

    private func removeAbandoned(_ name: String) {
        let path = directory.appending(name).string
        let descriptor = unsafe open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
            status.st_nlink == 1 || isFinished(name, status), status.st_mtim.tv_sec + Self.tenderAge < time(nil),
            flock(descriptor, LOCK_EX | LOCK_NB) == 0
        else { return }
        unsafe unlink(path)
    }

    /// Whether the command came as far as to give the file its name, and not to take this one away.
    private func isFinished(_ name: String, _ status: stat) -> Bool {
        guard status.st_nlink == 2, let becomes = Self.name(ofTemporary: name) else { return false }
        var finished = stat()
        return unsafe lstat(directory.appending(becomes).string, &finished) == 0
            && finished.st_ino == status.st_ino && finished.st_dev == status.st_dev
    }
}
