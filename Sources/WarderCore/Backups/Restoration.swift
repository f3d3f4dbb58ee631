import HashTreeCollections
import TransparencyLog
package import WarderModel

/// What is written down when a backup becomes a vault, before anybody can use it.
package struct Restoration: Sendable {
    private let backup: LogOrigin.Backup
    /// Rows of the backup that did not open, and were accepted.
    private let damaged: Int
    /// The newest checkpoints that lie outside, by the origin of their log: what this restore comes after.
    private let outside: [RecordID: [UInt8]]

    /// What the check of the backup's rows found that can be mended.
    let mending: LogMending

    package init(
        of backup: LogOrigin.Backup,
        damaged: Int,
        outside: [RecordID: [UInt8]] = [:],
        mending: LogMending = LogMending()
    ) {
        self.backup = backup
        self.damaged = damaged
        self.outside = outside
        self.mending = mending
    }

    /// When the new log begins: now, and after everything that lies outside and that a key of this vault signed, however
    /// far the clock was set back since. Signatures know whole seconds.
    func beginning(at now: Timestamp, _ keys: LogKeys?) -> Timestamp {
        let signed = outside.compactMap { origin, note in keys?.moment(of: note, of: origin) }
        return max(now, signed.max()?.adding(seconds: 1) ?? .distantPast)
    }

    /// Begins a new origin of the log, and the quarantine with it.
    ///
    /// `standing`: the log's before. No root is signed of one that contradicts what was signed.
    func begin(
        in transaction: inout Transaction,
        at began: Timestamp,
        after standing: LogStanding
    ) throws(Refusal) {
        let size = transaction.lastSequence
        let before = transaction.state.newestOrigin
        let id = transaction.keys.newRecordID()
        let number = (before?.number ?? 1) + 1
        let tree = standing == .broken ? nil : transaction.store.tree()
        let root = tree.flatMap { $0.size == size ? $0.root : nil }
        let note = try root.map { root throws(Refusal) in
            let signer = LogSigner(transaction.keys, origin: before?.id ?? transaction.foundation.vault)
            let restored = LogSigner(transaction.keys, origin: id)
            do throws(NoteError) {
                return Base64.encode(try signer.handOver(to: restored, number: number, size: size, root: root))
            } catch { throw .logBroken }
        }
        let origin = LogOrigin(
            id: id,
            number: number,
            began: began,
            previous: LogOrigin.Previous(
                origin: before?.id ?? transaction.foundation.vault,
                size: size,
                leaf: Self.leaf(of: size, in: transaction.store),
                root: root?.hex
            ),
            backup: backup,
            note: note
        )
        var event = Event(action: .backupRestore, time: transaction.now.wall, actor: .vault)
        event.changes = [
            "previous=\(origin.previous.origin)", "size=\(size)", origin.previous.leaf.map { "leaf=\($0)" },
            origin.previous.root.map { "root=\($0)" },
            "backup=\(backup.header)", "created=\(backup.created)", damaged > 0 ? "damaged=\(damaged)" : nil,
            origin.note.map { "change=\($0)" },
        ].compactMap(\.self)
        try transaction.put(origin, &event)
        for lost in mending.lostOrigins { try transaction.put(lost, &event) }
        try Self.voidEnrolments(in: &transaction, &event)
        try Self.voidApprovals(in: &transaction, &event)
        transaction.record(event)
    }

    /// A code that was used or replaced since would set a passphrase again.
    private static func voidEnrolments(in transaction: inout Transaction, _ event: inout Event) throws(Refusal) {
        let waiting = transaction.state.operators.values.filter { $0.enrolment != nil }
        for person in waiting.sorted(by: { $0.name < $1.name }) {
            var person = person
            person.enrolment = nil
            try transaction.put(person, &event)
        }
    }

    /// What waited, was not used yet or counted down may have been used or taken back since.
    private static func voidApprovals(in transaction: inout Transaction, _ event: inout Event) throws(Refusal) {
        let now = transaction.now.wall
        let open = transaction.state.approvals.values.filter {
            $0.used == nil && $0.denial == nil && $0.voided == nil
        }
        for approval in open.sorted(by: { $0.name < $1.name }) {
            var approval = approval
            approval.void(at: now)
            try transaction.put(approval, &event)
        }
        for standing in transaction.state.standingApprovals.values.sorted(by: { $0.name < $1.name }) {
            transaction.remove(standing, &event)
        }
    }

    /// `nil` where it is lost: a damaged backup can be restored too.
    private static func leaf(of sequence: UInt64, in store: any VaultStore) -> String? {
        guard sequence > 0, let position = Int64(exactly: sequence),
            let row = (try? store.logRows(after: position - 1, limit: 1))?.first, row.position == position,
            case .there(let leaf) = row.leaf
        else { return nil }
        return Hex.encode(leaf)
    }
}
