package import Sealing
import TransparencyLog
import WarderCrypto
import WarderModel

/// What became of another key for the log.
package struct LogKeyRotation: Sendable {
    package let epoch: UInt32
    /// The new verifier key.
    package let key: String
    /// Events of the log at this moment: all that the key before can have signed.
    package let size: UInt64
}

/// What became of another root key.
package struct RootKeyRotation: Sendable {
    /// What opens the vault now.
    package let slots: [KeySlot]
    /// Rows that are sealed anew in the background.
    package let rows: Int
    /// `nil` where the log is not signed: then its key stays.
    package let log: LogKeyRotation?
}

/// Other keys in the place of those that are in use.
extension Keys {
    /// New keys for everything that is written from now on; what lies there is sealed anew in the background.
    ///
    /// Refused while an earlier rotation is still under way; one that stands still because of damaged rows is none.
    /// Requires `admin`, and presence.
    package static func rotate(by caller: Caller) -> Command<Int> {
        Command(.keyRotate, by: caller) { transaction, event throws(Refusal) in
            guard transaction.state.rotationStandsStill || !transaction.keys.ring.hasOldEpochs(of: rewrapped) else {
                throw .rotationUnderWay
            }
            try startEpochs(&transaction, &event)
            return transaction.state.rowsUnderOldKeys
        }
    }

    /// Another key that signs the log. The key before signs the new one, and is gone then: whoever takes the vault over
    /// later cannot write the log anew from before this moment.
    ///
    /// Refused while the log is not signed. Requires `admin`, and presence.
    package static func rotateLog(of vault: Vault, by caller: Caller) -> Command<LogKeyRotation> {
        Command(.keyRotateLog, by: caller) { transaction, event throws(Refusal) in
            guard !vault.isLogBroken else { throw .logBroken }
            return try replaceLogKey(&transaction, &event)
        }
    }

    /// Another root key, and other keys for everything under it, the log's signing key among them: whoever once opened a
    /// slot and has an old copy of the database has the old keys, and nothing is sealed or signed with these any more. All
    /// of it in one transaction, so that no new key is ever sealed under the old root.
    ///
    /// Every slot was opened again for it, or goes. An earlier rotation that is under way goes on with the newer keys. A
    /// log that is not signed keeps its key. Requires `admin`, and presence.
    package static func rotateRoot(
        _ rotation: RootRotation,
        of vault: Vault,
        by caller: Caller
    ) -> Command<RootKeyRotation> {
        Command(.keyRotateRoot, by: caller) { transaction, event throws(Refusal) in
            guard rotation.oldRoot.isSame(as: transaction.keys.root) else { throw .keysChanged }
            let slots = transaction.foundation.slots
            let kept = Set(rotation.slots.map(\.id))
            guard !kept.isEmpty else { throw .lastSlot }
            guard Set(slots.map(\.id)) == kept.union(rotation.dropped) else { throw .keysChanged }
            try transaction.replace(root: rotation.root, slots: rotation.slots)
            // Events of their own, so that whoever reads the log finds these keys where all others are.
            var epochs = event.alike(.keyRotate)
            try startEpochs(&transaction, &epochs)
            transaction.record(epochs)
            var log: LogKeyRotation?
            if !vault.isLogBroken {
                var change = event.alike(.keyRotateLog)
                log = try replaceLogKey(&transaction, &change)
                transaction.record(change)
            }
            event.changes =
                rotation.slots.map(fact) + slots.filter { !kept.contains($0.id) }.map { "\(fact($0))@removed" }
            return RootKeyRotation(slots: rotation.slots, rows: transaction.state.rowsUnderOldKeys, log: log)
        }
    }

    private static func startEpochs(_ transaction: inout Transaction, _ event: inout Event) throws(Refusal) {
        let ring: KeyRing
        do { ring = try transaction.keys.ring.adding(epochsOf: rotated, at: transaction.now.wall) } catch {
            throw Refusal(error)
        }
        try transaction.replace(ring: ring)
        transaction.state.rowsUnderOldKeys = try transaction.rowsUnderOldKeys().count
        transaction.state.rotationStandsStill = false
        event.changes += try rotated.sorted { $0.rawValue < $1.rawValue }.map { purpose throws(Refusal) in
            "\(purpose.name)@\(try newest(purpose, of: ring))"
        }
    }

    private static func replaceLogKey(
        _ transaction: inout Transaction,
        _ event: inout Event
    ) throws(Refusal) -> LogKeyRotation {
        let origin = transaction.state.logOrigin(transaction.foundation)
        let size = transaction.lastSequence
        let (ring, change, key): (KeyRing, LogKeyChange, NoteKey)
        do {
            ring = try transaction.keys.ring.adding(epochsOf: [.signing], at: transaction.now.wall)
                .dropping(oldEpochsOf: [.signing])
            let signer = LogSigner(transaction.keys, origin: origin)
            let handOver = try signer.handOver(to: ring, origin: origin, size: size)
            key = handOver.key
            change = LogKeyChange(
                epoch: try ring.current(.signing).epoch,
                key: key.key.bytes,
                note: handOver.note
            )
        } catch let error as SealingError { throw Refusal(error) } catch { throw .logBroken }
        try transaction.replace(ring: ring, change)
        event.changes = ["\(KeyRing.Purpose.signing.name)@\(change.epoch)", "change=\(Base64.encode(change.note))"]
        return LogKeyRotation(epoch: change.epoch, key: key.text, size: size)
    }
}
