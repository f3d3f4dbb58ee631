import Locking
import GRDB
import Sealing
package import WarderCore
import Foundation

extension SQLiteStore {
    package func snapshot() throws(StoreError) -> any StoreSnapshot {
        let directory = (writer.path as NSString).deletingLastPathComponent
        do throws(SnapshotError) { return OpenSnapshot(try snapshot(in: directory)) } catch {
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
}
