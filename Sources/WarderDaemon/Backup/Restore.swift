import Dispatch
import Glibc
import Locking
import Sealing
import SystemPackage
import WarderCore
import WarderLinux
import WarderModel
import WarderStoreSQLite
import WarderWire

/// What a restore has done when it comes to a point at which it can be killed.
package enum RestoreStep: String, CaseIterable, Sendable {
    /// The database lies opened beside its place; it is not in quarantine yet.
    case opened
    case checked
    /// The quarantine is on the disk.
    case quarantined
    /// The database is closed: one file, complete.
    case closed
    /// The database that lay there is one file, as far as it can be one.
    case settled
    /// It has another name as well, which is on the disk.
    case setAside = "set-aside"
    /// The restored one lies where the next start takes it from, whatever happens to this process.
    case decided
    /// The old one has lost its own name, and the write-ahead log that was left has not yet.
    case clearing
    /// What the engine kept beside the old one has other names alone, and so has the old one where a write-ahead log was
    /// left: nothing there belongs to it any more but itself.
    case cleared
    /// The restored one has its name; whether that outlasts a power cut is the file system's affair.
    case renamed
    case placed
}

/// Makes a vault of a backup: opened and checked in a file beside its place, put into quarantine there by the vault's
/// own writer, and only then moved to where a daemon finds it.
package struct Restore {
    /// Told of each step. Tests kill the process there.
    @TaskLocal package static var reached: @Sendable (RestoreStep) -> Void = { _ in }

    let backup: String
    let target: RestoreTarget
    /// Where checkpoints lie; `nil` where nobody says, or they lie in the database alone.
    let checkpoints: CheckpointFile?
    let mayReplace: Bool
    let acceptsDamage: Bool

    /// Returns the exit status.
    func run(_ desk: BackupDesk) throws(BackupStop) -> Int32 {
        let directory = target.directory.string
        do throws(FileTrustError) { try PrivateDirectory.ensure(directory) } catch {
            throw BackupStop(.failed, "\(error)", remedy: target.ownerRemedy ?? error.remedy)
        }
        let lock: DatabaseLock
        do throws(StartError) { lock = try DatabaseLock.acquireOrExplain(directory + "/vault.lock") } catch {
            throw BackupStop(.locked, error.problem, remedy: error.remedy)
        }
        defer { withExtendedLifetime(lock) {} }
        let resumed = try target.resume(at: SystemClock().now().wall)
        guard mayReplace || !target.isTaken else {
            if let resumed {
                let kept = resumed.kept.map { "; what lay there before is \($0)" } ?? ""
                throw BackupStop(
                    .exists,
                    "a restore that was ended on its way is finished now: its vault is at \(target.database)\(kept)",
                    remedy: "Start the daemon with it; or keep it aside too, and restore this backup: --replace"
                )
            }
            throw BackupStop(
                .exists,
                "there is a vault at \(target.database.string) already",
                remedy: """
                    Move it away yourself, all of its files (mv \(ShellWord.quoted(target.database.string))* ELSEWHERE/), or let this \
                    command keep it aside under another name: --replace
                    """
            )
        }
        let file = try BackupFile(backup)
        desk.say(BackupMessage(header: file.summary))
        let secret = try BackupSecret.read(from: STDIN_FILENO)
        // What an earlier one left that was killed.
        try? SQLiteStore.removeLeftSnapshots(in: directory)
        let path = target.temporaryPath
        defer { target.removeTemporaryFiles(path) }
        var (report, isSound) = try prepare(file, secret, path, desk)
        guard isSound || acceptsDamage else {
            desk.say(BackupMessage(report: report))
            throw BackupStop(
                .damaged,
                "the backup is damaged; nothing was restored",
                remedy: "Take another, or restore what is left of it: --accept-damage"
            )
        }
        try target.expectOneFile(path)
        Self.reached(.closed)
        var finished = path
        if target.isTaken {
            // So that the database is one file. Where it is too damaged for that, or the disk too full, its files get their
            // names one by one.
            if target.hasDatabase { try? SQLiteStore.settle(target.database.string) }
            Self.reached(.settled)
            let aside = try target.setAside(at: SystemClock().now().wall)
            Self.reached(.setAside)
            finished = try target.decide(path, instead: aside)
            Self.reached(.decided)
            try target.clear(aside) { Self.reached(.clearing) }
            Self.reached(.cleared)
            report.kept = aside
        }
        try target.put(finished, instead: report.kept) { Self.reached(.renamed) }
        Self.reached(.placed)
        report.restored = target.database.string
        desk.say(BackupMessage(report: report))
        return 0
    }

    /// When this returns, a sound or accepted database lies at `path`, complete, on disk and in quarantine.
    private func prepare(
        _ file: BackupFile,
        _ secret: BackupSecret,
        _ path: String,
        _ desk: BackupDesk
    ) throws(BackupStop) -> (BackupReport, isSound: Bool) {
        let opened = try OpenedBackup(file, secret, at: path, desk)
        defer { opened.store.close() }
        Self.reached(.opened)
        let (report, found) = try opened.check(desk)
        Self.reached(.checked)
        let isSound = found.verdict == .sound
        guard isSound || acceptsDamage else { return (report, false) }
        let restoration = Restoration(
            of: LogOrigin.Backup(created: file.header.created, header: file.headerDigest),
            damaged: found.counts.values.reduce(0) { $0.addingReportingOverflow($1).overflow ? .max : $0 + $1 },
            outside: checkpoints?.readable() ?? [:],
            mending: found.mending
        )
        let outcome = Locked<Result<Void, Refusal>>(.failure(.auditUnavailable))
        let done = DispatchSemaphore(value: 0)
        do throws(StoreError) {
            try Vault(store: opened.store, clock: SystemClock()).open(
                opened.ring,
                root: opened.root,
                slot: opened.slot,
                restoring: restoration
            ) { result in
                outcome.withLock { $0 = result }
                done.signal()
            }
        } catch { throw BackupStop(StartError(error, "the database of the backup")) }
        done.wait()
        do throws(Refusal) { try outcome.withLock { $0 }.get() } catch {
            throw BackupStop(
                .failed,
                "the vault in the backup does not open (\(error.rawValue)); nothing was restored",
                remedy: "Look whether the disk has room; otherwise take another backup"
            )
        }
        Self.reached(.quarantined)
        return (report, isSound)
    }
}
