import Dispatch
import HashTreeCollections
import Locking
package import WarderModel

/// Backups: the whole vault in one sealed file, made while it is at work, and the way back. docs/formats/backup.md.
package enum Backups {
    /// Permission to copy the vault; refused with `noRoom` where the disk has none for the copy in between. Requires
    /// `admin`, root, or the daemon's own user.
    package static func create(by caller: Caller) -> Command<Void> {
        Command(.backupCreate, by: caller) { transaction, _ throws(Refusal) in
            let hasRoom: Bool
            do throws(StoreError) { hasRoom = try transaction.store.hasRoomForSnapshot() } catch {
                throw Refusal(error)
            }
            guard hasRoom else { throw .noRoom }
        }
    }

    /// Permission to hand over the last bytes of a backup, and what was seen in it. Requires what ``create(by:)`` does; a
    /// refusal says the same, because all but those bytes is gone by then.
    static func handOver(_ made: MadeBackup, by caller: Caller) -> Command<Void> {
        Command(.backupCreate, by: caller, describe: { $0.changes = ["outcome=handed-over"] + made.changes }) { _, _ in
        }
    }

    /// Writes down that no more of a backup is coming, for which permission was given. Requires what ``create(by:)`` does.
    static func giveUp(by caller: Caller) -> Command<Void> {
        Command(.backupCreate, by: caller, describe: { $0.changes = ["outcome=given-up"] }) { _, _ in }
    }

    /// Takes the word of whoever took a backup that its file is whole and on their disk, which nobody else can know, and
    /// tells them what was seen in it. Requires what ``create(by:)`` does. Names, which are sealed in the file, are told to
    /// those alone who may ask for a deep check.
    ///
    /// - Parameters:
    ///   - made: The backup; `nil` where the vault handed no such one over.
    ///   - caller: Whoever took it.
    /// - Returns: the backup.
    package static func keep(_ made: MadeBackup?, by caller: Caller) -> Command<MadeBackup> {
        Command(.backupCreate, by: caller) { transaction, event throws(Refusal) in
            guard let made else { throw .notFound }
            event.changes = ["outcome=kept"] + made.changes
            let person = caller.peer.flatMap { transaction.state.operators[$0.uid] }
            guard let person, case .roles(let roles) = Action.doctorDeep.permission,
                !person.roles.isDisjoint(with: roles)
            else { return made.withoutNames }
            return made
        }
    }

    /// Permission to see what may be out of date in a vault that came from a backup: its newest restore. Requires any
    /// role that sees secrets' names.
    package static func review(by caller: Caller) -> Command<LogOrigin> {
        Command(.backupReview, by: caller) { transaction, _ throws(Refusal) in
            guard let origin = transaction.state.newestOrigin else { throw .notFound }
            return origin
        }
    }

    /// Ends the quarantine of a restored vault. Requires `admin`, and presence.
    package static func release(by caller: Caller) -> Command<Void> {
        Command(.backupRelease, by: caller) { transaction, event throws(Refusal) in
            guard transaction.state.isQuarantined else { throw .nothingToUndo }
            guard case .person(let person, _) = event.actor else { throw .notAnOperator }
            transaction.removeAllLost(.origin, &event)
            for origin in transaction.state.origins.values where origin.released == nil {
                var released = origin
                released.released = LogOrigin.Release(time: transaction.now.wall, by: person)
                try transaction.put(released, &event)
            }
        }
    }
}

extension Vault {
    /// A backup that was handed over lately; `nil` where there is no such one.
    package func madeBackup(header: String, bytes: UInt64) -> MadeBackup? { made.find(header: header, bytes: bytes) }

    /// Takes the word of whoever took a backup: ``Backups/keep(_:by:)``. Once: a backup of which it was said is forgotten, and
    /// not found when somebody says it again.
    package func keepBackup(
        header: String,
        bytes: UInt64,
        by caller: Caller,
        completion: @escaping @Sendable (Result<MadeBackup, Refusal>) -> Void
    ) {
        submit(Backups.keep(madeBackup(header: header, bytes: bytes), by: caller)) { [made] outcome in
            if case .success(let backup) = outcome { made.remove(backup) }
            completion(outcome)
        }
    }

    /// Hands a backup over, piece by piece, and writes down how that ended. Blocks; never on the writer's thread.
    ///
    /// - Throws: what keeps it from being whole, and what `take` throws; a `Refusal` where the caller may not have it any
    ///   more, or nothing can be written down.
    package func handOver(
        _ making: BackupMaking,
        to caller: Caller,
        _ take: ([UInt8]) throws -> Void
    ) throws {
        do {
            while let piece = try making.next() {
                // Without its last piece it is no backup.
                if let made = making.made {
                    try performAndWait(Backups.handOver(made, by: caller))
                    self.made.add(made)
                }
                try take(piece)
            }
        } catch {
            if let made = making.made { self.made.remove(made) }
            // Whoever asked hears of the failure anyway, and the daemon's own log of what the store answers.
            submit(Backups.giveUp(by: caller)) { _ in }
            throw error
        }
    }

    private func performAndWait(_ command: Command<Void>) throws(Refusal) {
        let outcome = Locked<Result<Void, Refusal>>(.failure(.sealed))
        let done = DispatchSemaphore(value: 0)
        submit(command) { decided in
            outcome.withLock { $0 = decided }
            done.signal()
        }
        done.wait()
        try outcome.withLock { $0 }.get()
    }
}
