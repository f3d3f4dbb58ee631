import Glibc
import WarderLinux

/// Reads the text of a configuration file that nobody but root and the daemon's user can have written.
enum ConfigurationFile {
    /// In bytes; the example with all its comments has less than a tenth of it.
    static let maximumBytes = 128 << 10

    /// - Returns: The text; `nil` when there is no such file.
    static func read(_ path: String, owner: UInt32) throws(ConfigurationError) -> String? {
        let descriptor: Int32
        do throws(FileTrustError) {
            // Everybody may read it: nothing in it is secret. Whoever could write it could turn every protection off.
            descriptor = try FileTrust.open(file: path, owner: owner, maximumMode: 0o644)
        } catch {
            if case .missing = error, !exists(path) { return nil }
            // The component to blame may be a directory on the way. It begins the sentence, and need not stand twice.
            let sentence = error.description
            let subject = error.component + " "
            let problem = sentence.hasPrefix(subject) ? String(sentence.dropFirst(subject.count)) : sentence
            throw ConfigurationError(
                place: .file(error.component),
                problem: Quotation.plain(problem),
                remedy: error.remedy
            )
        }
        defer { close(descriptor) }
        let bytes = try contents(of: descriptor, path)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError(
                place: .file(path),
                problem: "is not UTF-8 text",
                remedy: "save it as plain UTF-8 text"
            )
        }
        return text
    }

    /// A link that leads nowhere is there: it was made for a file that somebody wanted to count.
    private static func exists(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0
    }

    private static func contents(of descriptor: Int32, _ path: String) throws(ConfigurationError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: maximumBytes + 1)
        var count = 0
        while count < bytes.count {
            let got = unsafe bytes[count...].withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if got == 0 { break }
            if got < 0 {
                let reason = errno
                if reason == EINTR { continue }
                throw ConfigurationError(
                    place: .file(path),
                    problem: "cannot be read (error \(reason))",
                    remedy: "look at it: ls -l; is the disk healthy?"
                )
            }
            count += got
        }
        guard count <= maximumBytes else {
            throw ConfigurationError(
                place: .file(path),
                problem: "is larger than \(ByteSize.text(maximumBytes)), which no configuration needs",
                remedy: "is this the right file? Compare it with warder.yaml.example"
            )
        }
        return Array(bytes[..<count])
    }
}
