import Locking
import SecretMemory
package import WarderModel

/// Proofs that a person typed their passphrase a moment ago: each works once, for one minute, from the process that
/// asked. One that came with a request in time lasts as long as that request's own work may.
package final class PresenceLedger: Sendable {
    private struct Entry {
        let process: ProcessIdentity
        let until: Moment
    }

    private static let lifetimeSeconds: Int64 = 60
    private static let maximumWaiting = 256
    private let entries = Locked<[[UInt8]: Entry]>([:])

    package init() {}

    /// The text of a new proof.
    package func issue(to process: ProcessIdentity, at now: Moment) -> String {
        let body = SecureRandom.bytes(count: 16)
        entries.withLock { entries in
            entries = entries.filter { now.isBefore($0.value.until) }
            if entries.count >= Self.maximumWaiting,
                let oldest = entries.min(by: { $0.value.until.isBefore($1.value.until) })
            {
                entries[oldest.key] = nil
            }
            entries[body] = Entry(process: process, until: now.adding(seconds: Self.lifetimeSeconds))
        }
        return Base62.encode(body)
    }

    /// The bytes of a proof that holds now. `nil` for one that does not exist, is old, or was given to another process;
    /// the process that shows another's proof has used it up.
    func find(_ text: String, from process: ProcessIdentity, at now: Moment) -> [UInt8]? {
        guard let body = Base62.decode(text, byteCount: 16) else { return nil }
        return entries.withLock { entries in
            guard let entry = entries[body] else { return nil }
            if entry.process == process, now.isBefore(entry.until) { return body }
            entries[body] = nil
            return nil
        }
    }

    /// Whether a proof would hold now. Uses nothing up.
    func holds(_ text: String, from process: ProcessIdentity, at now: Moment) -> Bool {
        guard let body = Base62.decode(text, byteCount: 16) else { return false }
        return entries.withLock { entries in
            entries[body].map { $0.process == process && now.isBefore($0.until) } ?? false
        }
    }

    /// Lets a proof that holds now hold for at least so many seconds from now on. Nothing else about it changes: it works
    /// once, and for its own process.
    func hold(_ text: String, from process: ProcessIdentity, at now: Moment, seconds: Int64) {
        guard let body = Base62.decode(text, byteCount: 16) else { return }
        let until = now.adding(seconds: seconds)
        entries.withLock { entries in
            guard let entry = entries[body], entry.process == process, now.isBefore(entry.until),
                entry.until.isBefore(until)
            else { return }
            entries[body] = Entry(process: process, until: until)
        }
    }

    /// Proofs of a passphrase that is none any more prove nothing.
    func forget(_ uids: Set<UInt32>) {
        if uids.isEmpty { return }
        entries.withLock { entries in entries = entries.filter { !uids.contains($0.value.process.uid) } }
    }

    func remove(_ proofs: Set<[UInt8]>) {
        if proofs.isEmpty { return }
        entries.withLock { entries in
            for proof in proofs { entries[proof] = nil }
        }
    }

    package func clear() { entries.withLock { $0 = [:] } }
}

/// Proofs that one transaction has used. They are gone from the ledger when it is on disk, and not before: a
/// transaction that has to be made again meets them again.
struct PresenceProofs {
    private let ledger: PresenceLedger
    private(set) var used: Set<[UInt8]> = []
    /// Users whose passphrase the transaction changed.
    private(set) var forgotten: Set<UInt32> = []
    /// The proof of the command whose parts are decided now.
    private var shared: [UInt8]?

    init(_ ledger: PresenceLedger) { self.ledger = ledger }

    /// Lets all proofs of a user end with the transaction.
    mutating func forget(_ uid: UInt32) { forgotten.insert(uid) }

    /// `false` for a proof that does not hold, or was used or lost in this transaction.
    mutating func use(_ text: String, from process: ProcessIdentity, at now: Moment) -> Bool {
        guard !forgotten.contains(process.uid), let proof = ledger.find(text, from: process, at: now) else {
            return false
        }
        return used.insert(proof).inserted || proof == shared
    }

    /// Lets a command's proof count for each of its parts, until `endSharing`. One that another command used up before
    /// counts for nothing.
    mutating func share(_ text: String?, from process: ProcessIdentity?, isUsed: Bool, at now: Moment) {
        guard let text, let process, !forgotten.contains(process.uid),
            let proof = ledger.find(text, from: process, at: now)
        else { return }
        if used.insert(proof).inserted || isUsed { shared = proof }
    }

    mutating func endSharing() { shared = nil }
}
