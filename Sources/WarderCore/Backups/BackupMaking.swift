import Locking
import Sealing
import WarderCrypto
import WarderModel

/// A backup on its way to whoever asked for it, piece by piece. For one reader, on threads that may wait.
package final class BackupMaking: Sendable {
    private struct Work: ~Copyable, Sendable {
        var snapshot: (any StoreSnapshot)?
        /// What the copy is looked at with.
        var check: Check?
        var writer: BackupWriter?
        var header: BackupHeader?
        var made: MadeBackup?
        var isOver = false
    }

    private struct Check: Sendable {
        let ring: KeyRing
        let foundation: Foundation
    }

    /// The root key was replaced while the copy was made, twice in a row.
    package struct KeysChanged: Error {}
    /// Nobody wanted it any more, or it took longer than ``longest``.
    package struct GivenUp: Error {}

    /// How long one may take to be copied and read: a reader who falls asleep must not keep a second copy of the database
    /// on the disk for ever.
    package static let longest = Duration.seconds(3600)
    /// How long the copy may be looked at after that. The reader has all but the end of it then: what takes longer ends the
    /// look, and not the backup.
    package static let longestLook = Duration.seconds(1800)

    private let vault: Vault
    private let program: String
    private let longestLook: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    /// Whether nobody wants it any more, or the vault was sealed.
    private let isUnwanted: @Sendable () -> Bool
    /// The same, or it has taken too long.
    private let isGivenUp: @Sendable () -> Bool
    private let pace = Pace(share: Pace.writing)
    private let lookingPace = Pace(share: Pace.reading)
    private let work = Locked(Work())

    /// - Parameters:
    ///   - vault: An open one.
    ///   - program: Version of this program.
    ///   - longest: After which it is given up, unless it is looked at by then.
    ///   - longestLook: After which it is not looked at any more.
    ///   - isCancelled: Asked between two pieces, and many times a second while the database is copied and looked at.
    ///   - now: A clock that nobody sets.
    package init(
        _ vault: Vault,
        program: String,
        longest: Duration = BackupMaking.longest,
        longestLook: Duration = BackupMaking.longestLook,
        isCancelled: @escaping @Sendable () -> Bool = { false },
        now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        self.vault = vault
        self.program = program
        self.longestLook = longestLook
        self.now = now
        let isUnwanted: @Sendable () -> Bool = { isCancelled() || vault.phase != .unsealed }
        self.isUnwanted = isUnwanted
        let end = now() + longest
        isGivenUp = { isUnwanted() || now() >= end }
    }

    /// What was handed over; `nil` before the last piece.
    package var made: MadeBackup? { work.withLock { $0.made } }

    /// The next bytes of the backup; `nil` after the last. The first call copies the database, which takes a minute or
    /// two for each GiB; the one that gives the last piece opens every row of the copy before, which takes as long again.
    ///
    /// - Throws: whatever keeps the backup from being whole; after it there is no more.
    package func next() throws -> [UInt8]? {
        pace.rest()
        return try work.withLock { work in
            if work.isOver { return nil }
            do {
                if isGivenUp() { throw GivenUp() }
                if work.snapshot == nil { try start(&work) }
                if let piece = try work.snapshot?.nextPiece() { return try work.writer?.seal(piece) }
                return try finish(&work)
            } catch {
                // The copy goes now, and not when whoever asked for it lets go.
                work.snapshot = nil
                work.check = nil
                work.writer = nil
                work.isOver = true
                throw isGivenUp() ? GivenUp() : error
            }
        }
    }

    /// Whoever has the last piece can be told what the vault saw in the copy: so the copy is looked at before.
    private func finish(_ work: inout Work) throws -> [UInt8]? {
        guard let snapshot = work.snapshot, let check = work.check, let header = work.header else { return nil }
        let verdict = try look(at: snapshot, with: check)
        work.isOver = true
        work.snapshot = nil
        work.check = nil
        let last = try work.writer.take()?.finish().bytes
        work.made = MadeBackup(header, verdict)
        return last
    }

    /// All of it, the log's contents too, as `verify` will: what they say is what the rows are held against.
    ///
    /// What keeps the check from an end does not keep the backup from one, which may be all that there is.
    private func look(at snapshot: any StoreSnapshot, with check: Check) throws -> MadeBackup.Verdict {
        let begin = now()
        let (hurry, end) = (begin + longestLook / 2, begin + longestLook)
        let isOver: @Sendable () -> Bool = { [lookingPace, now, isUnwanted] in
            let time = now()
            // It must not be the rests that keep it from its end.
            if time < hurry { lookingPace.rest() }
            return isUnwanted() || time >= end
        }
        do {
            return MadeBackup.Verdict(
                try snapshot.read(isCancelled: isOver) { store in
                    try DeepCheck(check.ring, check.foundation, store: store).run(isCancelled: isOver)
                }
            )
        } catch {
            if isUnwanted() { throw GivenUp() }
            if now() >= end { return .unchecked(.overdue) }
            switch error {
            case let stop as DeepCheck.Stop: return .unchecked(stop)
            case let error as StoreError: return .unchecked(.store(error))
            default: throw error
            }
        }
    }

    private func start(_ work: inout Work) throws {
        for _ in 0..<2 {
            guard let keys = vault.keys, let known = vault.foundation else { throw Refusal.sealed }
            let snapshot = try vault.store.snapshot(isCancelled: isGivenUp)
            var foundation = snapshot.foundation
            // The slots in the copy must be ways to this very key.
            guard let ring = try? foundation.openKeyRing(under: keys.root) else { continue }
            let writer = try BackupWriter(
                vault: foundation.vault,
                slots: foundation.slots,
                manifest: snapshot.manifest(program: program),
                root: keys.root,
                at: vault.clock.now().wall
            )
            work.header = writer.header
            work.writer = consume writer
            work.snapshot = snapshot
            // Under one root key a slot never becomes another: one that is not what the open vault knows was altered.
            foundation.slots = known.slots
            work.check = Check(ring: ring, foundation: foundation)
            return
        }
        throw KeysChanged()
    }
}
