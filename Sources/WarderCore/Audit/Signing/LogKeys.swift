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

    /// The checkpoint in a note that a key of this log signed under the name of an origin; `nil` for any other note.
    func checkpoint(in bytes: [UInt8], of origin: RecordID) -> Checkpoint? {
        let name = LogName.of(origin)
        guard let note = try? SignedNote(bytes), let checkpoint = try? Checkpoint(text: note.text),
            checkpoint.origin == name,
            (try? note.verified(by: keys.map { NoteKey(name: name, key: $0) })) != nil
        else { return nil }
        return checkpoint
    }

    /// When a key of this log signed a note as a checkpoint under the name of an origin; `nil` for any other note.
    func moment(of bytes: [UInt8], of origin: RecordID) -> Timestamp? { signed(in: bytes, of: origin)?.moment }

    /// Both of a note; `nil` for one that lacks either.
    func signed(in bytes: [UInt8], of origin: RecordID) -> (checkpoint: Checkpoint, moment: Timestamp)? {
        guard let checkpoint = checkpoint(in: bytes, of: origin), let note = try? SignedNote(bytes) else { return nil }
        let name = LogName.of(origin)
        let moments = keys.compactMap { try? NoteKey(name: name, key: $0).moment(of: note) }
        return moments.max().map { (checkpoint, Timestamp(milliseconds: Int64(clamping: $0) * 1000)) }
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

extension LogOrigin {
    /// ``note`` as it was signed; `nil` where there is none.
    fileprivate var noteBytes: [UInt8]? { note.flatMap { Base64.decode($0) } }
}
