import Sealing
import WarderCore
import WarderCrypto
import WarderModel
import WarderStoreSQLite
import WarderWire

/// The database of a backup in a file of its own, with the keys that open it: whole, and not yet believed.
struct OpenedBackup {
    let file: BackupFile
    let manifest: BackupManifest
    let root: AEADKey
    let slot: KeySlot
    let store: SQLiteStore
    let foundation: Foundation
    let ring: KeyRing

    /// - Parameters:
    ///   - file: The backup.
    ///   - secret: What opens it.
    ///   - path: A free name in a directory of this user's alone.
    ///   - desk: Told how far it is.
    /// - Throws: why there is nothing to look at.
    init(_ file: BackupFile, _ secret: BackupSecret, at path: String, _ desk: BackupDesk) throws(BackupStop) {
        let (bytes, opener) = try secret.opened()
        (root, slot) = try file.openRoot(with: bytes, opener: opener)
        manifest = try file.extract(to: path, root: root) { desk.progress("opening", $0, of: $1) }
        do throws(OpeningError) { store = try SQLiteStore(path: path, migrations: Daemon.migrations) } catch {
            throw BackupStop(StartError(error, "the database in the backup"))
        }
        guard let foundation = try? store.foundation(), foundation.vault == file.header.vault,
            let ring = try? foundation.openKeyRing(under: root)
        else {
            throw BackupStop(
                .damaged,
                "the database in the backup is not one that its key opens",
                remedy: "Take another backup"
            )
        }
        self.foundation = foundation
        self.ring = ring
        self.file = file
    }

    /// Opens every row.
    func check(_ desk: BackupDesk) throws(BackupStop) -> (BackupReport, DeepCheckReport) {
        let found: DeepCheckReport
        do throws(DeepCheck.Stop) {
            found = try DeepCheck(ring, foundation, store: store).run(
                progress: { desk.progress("checking", UInt64($0.checked), of: UInt64($0.total)) }
            )
        } catch {
            throw BackupStop(
                .failed,
                "the rows of the backup cannot be looked at: \(error)",
                remedy: "Look whether the disk has room, and try again"
            )
        }
        var records: [String: Int] = [:]
        for (kind, count) in found.good.records { records[kind.rawValue] = count }
        var counts: [String: Int] = [:]
        for (kind, count) in found.counts { counts[kind.rawValue] = count }
        let report = BackupReport(
            header: file.summary,
            program: manifest.program,
            schema: manifest.schema,
            newestEvent: manifest.newestEvent,
            records: records,
            values: found.good.values,
            events: found.good.events,
            verdict: found.verdict.rawValue,
            counts: counts,
            findings: found.findings.map {
                BackupReport.Finding(kind: $0.kind.rawValue, place: $0.place, message: $0.words.happened)
            }
        )
        return (report, found)
    }
}
