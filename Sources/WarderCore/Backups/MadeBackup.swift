import Locking
import Sealing
import WarderCrypto
package import WarderModel

/// A backup whose last byte was handed over, and what was seen of its contents before that byte.
package struct MadeBackup: Sendable {
    package enum Verdict: Sendable {
        /// Everything in it opens and fits together.
        case sound
        /// The worst cases of each kind, and how many there are of each.
        case damaged([Damage], counts: [Damage.Kind: Int])
        /// It was not looked at to the end.
        case unchecked(DeepCheck.Stop)
    }

    /// Places that are remembered of each kind of damage; a deep check lists more.
    private static let listed = 10

    /// SHA-256 of its header, in hexadecimal: names it among others.
    package let header: String
    /// When it was made, as its header says.
    package let created: Timestamp
    /// Length of the file in bytes.
    package let bytes: UInt64
    package private(set) var verdict: Verdict

    init(_ header: BackupHeader, _ verdict: Verdict) {
        self.header = Hex.encode(SHA256Digest.hash(header.bytes))
        created = header.created
        bytes = header.fileByteCount
        self.verdict = verdict
    }

    /// The same for whoever may copy the vault and not see what is in it: ids stand where names would.
    var withoutNames: MadeBackup {
        guard case .damaged(let findings, let counts) = verdict else { return self }
        var backup = self
        backup.verdict = .damaged(findings.map { Damage($0.kind, $0.subject) }, counts: counts)
        return backup
    }

    /// For events: which one it is, and what is known of it.
    var changes: [String] {
        let words =
            switch verdict {
            case .sound: ["verdict=sound"]
            case .damaged(_, let counts): ["verdict=damaged", "damaged=\(Self.total(counts))"]
            case .unchecked: ["verdict=unchecked"]
            }
        return ["backup=\(header)", "created=\(created)", "bytes=\(bytes)"] + words
    }

    /// A gap in the log can have more events than can be counted.
    package static func total(_ counts: [Damage.Kind: Int]) -> Int {
        counts.values.reduce(0) { sum, count in
            let (total, overflow) = sum.addingReportingOverflow(count)
            return overflow ? .max : total
        }
    }
}

extension MadeBackup.Verdict {
    init(_ report: DeepCheckReport) {
        guard report.verdict == .damaged else {
            self = .sound
            return
        }
        var listed: [Damage.Kind: Int] = [:]
        let findings = report.findings.filter { finding in
            listed[finding.kind, default: 0] += 1
            return listed[finding.kind, default: 0] <= MadeBackup.listed
        }
        self = .damaged(findings, counts: report.counts)
    }
}

/// The backups that were handed over last, so that whoever took one can say that it arrived, and hear what is wrong with
/// it.
final class MadeBackups: Sendable {
    /// One is made at a time, and takes longer than it takes to say so.
    private static let capacity = 4

    private let backups = Locked<[MadeBackup]>([])

    func add(_ backup: MadeBackup) {
        backups.withLock { backups in backups = backups.suffix(Self.capacity - 1) + [backup] }
    }

    /// The one of this header and length; `nil` where the vault handed no such one over, or many since.
    func find(header: String, bytes: UInt64) -> MadeBackup? {
        backups.withLock { backups in backups.first { $0.header == header && $0.bytes == bytes } }
    }

    /// Forgets one, of which there is nothing more to be said.
    func remove(_ backup: MadeBackup) {
        backups.withLock { backups in backups.removeAll { $0.header == backup.header } }
    }

    /// Forgets all: findings have names, which a sealed vault does not know.
    func clear() { backups.withLock { $0 = [] } }
}
