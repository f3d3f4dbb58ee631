import FoundationEssentials
import Glibc
import WarderWire

/// Says over standard output, a line of JSON at a time, how a backup is checked or restored.
final class BackupDesk {
    private var shownAt: ContinuousClock.Instant?

    func say(_ message: BackupMessage) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(message) else { return }
        let line = Array(data) + [0x0A]
        var rest = line[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
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
