import HashTreeCollections
import Sealing
import TransparencyLog
import WarderCrypto
import WarderModel

/// The keys that signed this log up to now, and the names under which they did.
///
/// What says so lies in the database, where anybody may have written it; but each key vouches for the one before it, and
/// the newest is in the keyring.
struct LogKeys {
    /// As auditors get it.
    let history: KeyHistory
    private let keys: [VerifyingKey]

    /// `nil` where the stored changes do not lead to the key that the vault has.
    ///
    /// - Throws: `auditUnavailable`.
    init?(
        _ foundation: Foundation,
        _ state: VaultState,
        epoch: UInt32,
        in store: any VaultStore
    ) throws(Refusal) {
        guard let changes = try Self.stored(in: store) else { return nil }
        self.init(foundation, state, epoch: epoch, changes: changes)
    }

    /// The same with these changes of the key.
    init?(_ foundation: Foundation, _ state: VaultState, epoch: UInt32, changes: [[UInt8]]) {
        guard let current = try? VerifyingKey(foundation.logKey), let notes = Self.notes(state, changes) else {
            return nil
        }
        let origin = state.logOrigin(foundation)
        do throws(NoteError) {
            history = try KeyHistory(notes.flatMap(\.self))
            // From the oldest key that is known: here nobody asks whether it was given up for a reason.
            let newest = NoteKey(name: LogName.of(origin), key: current)
            let oldest = history.entries.first?.change.before ?? newest
            let chain = try KeyChain(pinned: oldest, history: history)
            guard chain.current?.key == current, history.epoch == epoch, history.rotations + 1 == epoch else {
                return nil
            }
            keys = Array(Set(chain.keys.map(\.key)))
        } catch { return nil }
    }

    /// What a key of this log signed as a checkpoint, under whatever name of the vault's logs; `nil` for any other note.
    func signed(in bytes: [UInt8]) -> SignedCheckpoint? {
        guard let note = try? SignedNote(bytes), let checkpoint = try? Checkpoint(text: note.text),
            let origin = LogName.origin(of: checkpoint.origin)
        else { return nil }
        let known = keys.map { NoteKey(name: checkpoint.origin, key: $0) }
        guard (try? note.verified(by: known)) != nil else { return nil }
        let seconds = known.compactMap { try? $0.moment(of: note) }.max()
        let moment = seconds.map { Timestamp(milliseconds: Int64(clamping: $0) * 1000) }
        return SignedCheckpoint(origin: origin, checkpoint: checkpoint, moment: moment)
    }

    /// When a key of this log signed a note as a checkpoint under the name of an origin; `nil` for any other note.
    func moment(of bytes: [UInt8], of origin: RecordID) -> Timestamp? {
        signed(in: bytes).flatMap { $0.origin == origin ? $0.moment : nil }
    }

    /// All changes of key and name, in order: those of the key lie in a table of their own, a restore's in its record.
    /// `nil` for one that cannot be read.
    static func notes(_ state: VaultState, in store: any VaultStore) throws(Refusal) -> [[UInt8]]? {
        guard let changes = try stored(in: store) else { return nil }
        return notes(state, changes)
    }

    private static func stored(in store: any VaultStore) throws(Refusal) -> [[UInt8]]? {
        do throws(StoreError) { return try store.logKeyChanges() } catch {
            guard case .damaged = error else { throw Refusal(error) }
            return nil
        }
    }

    private static func notes(_ state: VaultState, _ changes: [[UInt8]]) -> [[UInt8]]? {
        var notes: [(size: UInt64, note: [UInt8])] = []
        for note in changes + state.origins.values.compactMap(\.noteBytes) {
            guard let change = try? KeyHistory(note).entries.first?.change else { return nil }
            notes.append((change.size, note))
        }
        return notes.sorted { $0.size < $1.size }.map(\.note)
    }
}

/// A checkpoint that a key of the vault's log signed.
struct SignedCheckpoint {
    /// What the log was called after.
    let origin: RecordID
    let checkpoint: Checkpoint
    /// When it was signed; `nil` where the note does not say.
    let moment: Timestamp?
}

extension LogOrigin {
    /// ``note`` as it was signed; `nil` where there is none.
    fileprivate var noteBytes: [UInt8]? { note.flatMap { Base64.decode($0) } }
}
