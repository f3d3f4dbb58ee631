import HashTreeCollections
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
            transaction.removeLostOrigins(&event)
            for origin in transaction.state.origins.values where origin.released == nil {
                var released = origin
                released.released = LogOrigin.Release(time: transaction.now.wall, by: person)
                try transaction.put(released, &event)
            }
        }
    }
}
