import Locking
import Sealing
import WarderCrypto
import WarderModel

/// A backup on its way to whoever asked for it, piece by piece. For one reader, on threads that may wait.
package final class BackupMaking: Sendable {
    private struct Work: ~Copyable, Sendable {
        var snapshot: (any StoreSnapshot)?
        var writer: BackupWriter?
        var isOver = false
    }

    /// The root key was replaced while the copy was made, twice in a row.
    package struct KeysChanged: Error {}
    /// Nobody wanted it any more, or it took longer than ``longest``.
    package struct GivenUp: Error {}

    /// How long one may take from its first byte to its last: a reader who falls asleep must not keep a second copy of
    /// the database on the disk for ever.
    package static let longest = Duration.seconds(3600)

    private let vault: Vault
    private let program: String
    private let isGivenUp: @Sendable () -> Bool
    private let pace = Pace()
    private let work = Locked(Work())

    /// - Parameters:
    ///   - vault: An open one.
    ///   - program: Version of this program.
    ///   - longest: After which it is given up.
    ///   - isCancelled: Asked between two pieces, and many times a second while the database is copied.
    package init(
        _ vault: Vault,
        program: String,
        longest: Duration = BackupMaking.longest,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        self.vault = vault
        self.program = program
        let end = ContinuousClock.now + longest
        isGivenUp = { isCancelled() || vault.phase != .unsealed || ContinuousClock.now >= end }
    }

    /// The next bytes of the backup; `nil` after the last. The first call copies the database, which takes a minute or two for
    /// each GiB.
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
                work.isOver = true
                work.snapshot = nil
                return try work.writer.take()?.finish().bytes
            } catch {
                // The copy goes now, and not when whoever asked for it lets go.
                work.snapshot = nil
                work.writer = nil
                work.isOver = true
                throw isGivenUp() ? GivenUp() : error
            }
        }
    }

    private func start(_ work: inout Work) throws {
        for _ in 0..<2 {
            guard let keys = vault.keys else { throw Refusal.sealed }
            let snapshot = try vault.store.snapshot(isCancelled: isGivenUp)
            let foundation = snapshot.foundation
            // The slots in the copy must be ways to this very key.
            guard (try? foundation.openKeyRing(under: keys.root)) != nil else { continue }
            work.writer = try BackupWriter(
                vault: foundation.vault,
                slots: foundation.slots,
                manifest: snapshot.manifest(program: program),
                root: keys.root,
                at: vault.clock.now().wall
            )
            work.snapshot = snapshot
            return
        }
        throw KeysChanged()
    }
}
