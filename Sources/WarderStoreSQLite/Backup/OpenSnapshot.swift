import GRDB
import Glibc
import Locking
import Sealing
package import WarderCore
import Foundation

extension SQLiteStore {
    private var directory: String { (writer.path as NSString).deletingLastPathComponent }

    /// What is left free: commits go on, and a disk that is full to the last byte stops them.
    private static let reserve: UInt64 = 16 << 20

    package func hasRoomForSnapshot() throws(StoreError) -> Bool {
        let bytes: Int
        do {
            bytes = try lookups.read { database in
                try (Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0)
                    * (Int.fetchOne(database, sql: "PRAGMA page_size") ?? 0)
            }
        } catch { throw StoreError(error) }
        var status = statvfs()
        // Where it cannot be known, the copy itself finds out.
        guard unsafe statvfs(directory, &status) == 0 else { return true }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize) >= UInt64(max(0, bytes)) + Self.reserve
    }

    package func snapshot(
        isCancelled: @escaping @Sendable () -> Bool
    ) throws(StoreError) -> any StoreSnapshot {
        do throws(SnapshotError) {
            return OpenSnapshot(try snapshot(in: directory, isCancelled: isCancelled))
        } catch {
            switch error {
            case .store(let reason): throw reason
            case .kernel(let code): throw .unavailable(code: code)
            default: throw .unavailable(code: 0)
            }
        }
    }
}

/// A copy of the database behind the vault's port.
private final class OpenSnapshot: StoreSnapshot {
    let foundation: WarderCore.Foundation
    private let copy: Locked<DatabaseSnapshot>

    init(_ copy: consuming sending DatabaseSnapshot) {
        foundation = copy.foundation
        self.copy = Locked(copy)
    }

    func manifest(program: String) throws -> BackupManifest {
        try copy.withLock { copy in try copy.manifest(program: program) }
    }

    func nextPiece() throws -> [UInt8]? { try copy.withLock { copy in try copy.nextPiece() } }

    func read<Outcome: Sendable>(
        isCancelled: @escaping @Sendable () -> Bool,
        _ body: @escaping @Sendable (any VaultStore) throws -> Outcome
    ) throws -> Outcome {
        let path = copy.withLock { copy in copy.path }
        return try PatientThread.run {
            let store = try SQLiteStore(copy: path, isCancelled: isCancelled)
            defer { store.close() }
            return try body(store)
        }
    }
}
