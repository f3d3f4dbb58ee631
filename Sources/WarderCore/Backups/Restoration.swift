import TransparencyLog
package import WarderModel

/// What is written down when a backup becomes a vault, before anybody can use it.
package struct Restoration: Sendable {
    private let backup: LogOrigin.Backup
    /// Rows of the backup that did not open, and were accepted.
    private let damaged: Int

    package init(of backup: LogOrigin.Backup, damaged: Int) {
        self.backup = backup
        self.damaged = damaged
    }

    /// Begins a new origin of the log, and the quarantine with it.
    func begin(in transaction: inout Transaction) throws(Refusal) {
        let size = transaction.lastSequence
        let before = transaction.state.newestOrigin
        let origin = LogOrigin(
            id: transaction.keys.newRecordID(),
            number: (before?.number ?? 1) + 1,
            began: transaction.now.wall,
            previous: LogOrigin.Previous(
                origin: before?.id ?? transaction.foundation.vault,
                size: size,
                leaf: Self.leaf(of: size, in: transaction.store),
                root: transaction.store.tree().flatMap { $0.size == size ? $0.root.hex : nil }
            ),
            backup: backup
        )
        var event = Event(action: .backupRestore, time: transaction.now.wall, actor: .vault)
        event.changes = [
            "previous=\(origin.previous.origin)", "size=\(size)", origin.previous.leaf.map { "leaf=\($0)" },
            origin.previous.root.map { "root=\($0)" },
            "backup=\(backup.header)", "created=\(backup.created)", damaged > 0 ? "damaged=\(damaged)" : nil,
        ].compactMap(\.self)
        try transaction.put(origin, &event)
        transaction.record(event)
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
