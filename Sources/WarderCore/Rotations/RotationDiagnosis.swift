import HashTreeCollections
package import Rotating
import Scheduling
package import WarderModel

/// What is wrong with rotations: those that do not come, and those that nobody ends.
enum RotationDiagnosis {
    /// How late one may begin: what was missed while the vault was closed begins spread over a while, and waits for a
    /// free lane. In seconds.
    static let patience: Int64 = RotationKeeper.spread + 20 * 60
    /// Names that one finding lists; the others it counts.
    private static let namedSecrets = 5

    static func collect(_ state: VaultState, _ workers: WorkerPresence, at now: Timestamp) -> [Diagnosis] {
        // Until its release a restored vault rotates nothing, and says so.
        guard !state.isQuarantined else { return [] }
        let rotations = state.rotations.values.sorted { $0.secret < $1.secret }
        let live = rotations.filter { state.secrets[$0.secret].map { $0.deleted == nil } ?? false }
        return live.compactMap { waiting($0) ?? overdue($0, state, at: now) }
            + [starved(live, state, workers, at: now)].compactMap(\.self)
            + rotations.filter { rotation in !live.contains { $0.id == rotation.id } }.compactMap(ofDeleted)
            + rotations.flatMap { rotation in rotation.orphans.map { orphan($0, of: rotation) } }
    }

    private static func waiting(_ rotation: Rotation) -> Diagnosis? {
        guard let run = rotation.run, !run.hasEnded, run.waitsForPerson else { return nil }
        let step = run.problem.map { ": \($0.step.rawValue) \($0.outcome == .unknown ? "may have failed" : "failed")" }
        return Diagnosis(
            .error,
            "rotation_waits",
            "The rotation of \(rotation.secret) waits for a person since \(run.problem?.time ?? run.began)\(step ?? "").",
            remedy: "See why: warder rotate status \(rotation.secret); when it is mended: "
                + "warder rotate resume \(rotation.secret); or give up: warder rotate abort \(rotation.secret)"
        )
    }

    private static func overdue(_ rotation: Rotation, _ state: VaultState, at now: Timestamp) -> Diagnosis? {
        guard let due = state.overdueSince(rotation, at: now) else { return nil }
        return Diagnosis(
            .error,
            "rotation_overdue",
            "\(rotation.secret) should have been rotated on \(due).",
            remedy: "See what it waits for: warder rotate status \(rotation.secret); then: "
                + "warder rotate now \(rotation.secret)"
        )
    }

    /// Where the daemon keeps the worker itself and that has failed, there is a finding of its own.
    private static func starved(
        _ rotations: [Rotation],
        _ state: VaultState,
        _ workers: WorkerPresence,
        at now: Timestamp
    ) -> Diagnosis? {
        guard workers.connections == 0, workers.diagnosis == nil else { return nil }
        let waiting = rotations.filter { rotation in
            rotation.rotator.needsWorker && (rotation.isUnderWay || state.nextDue(rotation, at: now) != nil)
        }
        guard !waiting.isEmpty else { return nil }
        var names = waiting.prefix(namedSecrets).map(\.secret.text).joined(separator: ", ")
        if waiting.count > namedSecrets { names += " and \(waiting.count - namedSecrets) more" }
        let start =
            workers.keeper == nil
            ? "Start it: systemctl start warder-worker"
            : "See why the one that warderd started does not come in the messages of warderd"
        return Diagnosis(
            .error,
            "rotation_without_worker",
            "No warder-worker asks for work: \(names) cannot be rotated.",
            remedy: "\(start); then: warder rotate status"
        )
    }

    private static func ofDeleted(_ rotation: Rotation) -> Diagnosis? {
        guard rotation.timing != nil || rotation.isUnderWay else { return nil }
        return Diagnosis(
            .warning,
            "rotation_of_deleted",
            "\(rotation.secret) is deleted, and not rotated any more; its value stays valid at its upstream.",
            remedy:
                "warder rotate remove \(rotation.secret); or have it back: warder secret undelete \(rotation.secret)"
        )
    }

    private static func orphan(_ orphan: Orphan, of rotation: Rotation) -> Diagnosis {
        let handle = orphan.leftover.handle.map { ", \($0)" } ?? ""
        let what = orphan.leftover.version.map { "version \($0)" } ?? "one that never reached the vault"
        return Diagnosis(
            .warning,
            "rotation_orphan",
            "A credential of \(rotation.secret) may still be valid at its upstream since \(orphan.since): \(what)\(handle).",
            remedy: "Take it away there; then: warder rotate forget \(rotation.secret) \(orphan.rotation)"
        )
    }
}

extension VaultState {
    /// When a rotation should have begun that has not; `nil` unless it is late.
    package func overdueSince(_ rotation: Rotation, at now: Timestamp) -> Timestamp? {
        guard !isQuarantined, let due = nextDue(rotation, at: now) else { return nil }
        // One that missed its window waits for the next: it is late all the same.
        let first = nextDue(rotation, at: due.slot) ?? due
        let began = min(due.at, first.at)
        return began.adding(seconds: RotationDiagnosis.patience) < now ? began : nil
    }
}
