import SecretMemory
import Synchronization
package import WarderModel

/// Proofs that a person typed their passphrase a moment ago: each works once, for one minute, from the process that asked.
package final class PresenceLedger: Sendable {
    private struct Entry {
        let process: ProcessIdentity
        let until: Moment
    }

    private static let lifetimeSeconds: Int64 = 60
    private static let maximumWaiting = 256
    private let entries = Mutex<[[UInt8]: Entry]>([:])

    package init() {}

    /// The text of a new proof.
    package func issue(to process: ProcessIdentity, at now: Moment) -> String {
        let body = SecureRandom.bytes(count: 16)
        entries.withLock { entries in
            entries = entries.filter { now.isBefore($0.value.until) }
            if entries.count >= Self.maximumWaiting, let oldest = entries.min(by: { $0.value.until.isBefore($1.value.until) }) {
                entries[oldest.key] = nil
            }
            entries[body] = Entry(process: process, until: now.adding(seconds: Self.lifetimeSeconds))
        }
        return Base62.encode(body)
    }

    /// Uses a proof up. `false` for one that does not exist, is old, or was given to another process.
    func consume(_ text: String, from process: ProcessIdentity, at now: Moment) -> Bool {
        guard let body = Base62.decode(text, byteCount: 16) else { return false }
        return entries.withLock { entries in
            guard let entry = entries.removeValue(forKey: body) else { return false }
            return entry.process == process && now.isBefore(entry.until)
        }
    }

    package func clear() { entries.withLock { $0 = [:] } }
}
