import FoundationEssentials
import Glibc
import WarderWire

/// Says over standard output, a line of JSON at a time, how a backup or a database is checked, or restored.
final class BackupDesk {
    private var shownAt: ContinuousClock.Instant?

    func say(_ message: BackupMessage) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(message) else { return }
        try? put(Array(data) + [0x0A])
    }

    /// Bytes that are a line already, or a part of one.
    ///
    /// - Throws: `failed` when nobody reads them any more.
    func put(_ bytes: [UInt8]) throws(BackupStop) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw BackupStop(.failed, "nobody reads what this says", remedy: "Run the command of warder again")
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Ten times a second at most.
    func progress(_ step: String, _ done: UInt64, of total: UInt64) {
        let now = ContinuousClock.now
        if let shownAt, done < total, now - shownAt < .milliseconds(100) { return }
        shownAt = now
        say(BackupMessage(progress: BackupProgress(step: step, done: done, total: total)))
    }
}
