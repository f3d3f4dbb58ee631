package import Scheduling
package import WarderModel

/// How a secret is rotated, and where its rotation stands. One for each secret at most.
package struct Rotation: Sendable, Codable, Identifiable {
    /// New candidates that are tried before a rotation waits for a person, unless told otherwise.
    package static let defaultAttempts = 5

    package let id: RecordID
    package let secret: SecretName
    package let created: Timestamp
    package var rotator: Rotator
    /// The rotator's own, such as `length` or `roles`. Data, never a template.
    package var settings: [RotatorSetting: PlainText]
    /// The secret with which the rotator logs in, where it does not use the rotated one.
    package var helper: SecretName?
    /// `nil`: only when somebody asks.
    package var timing: RotationTiming?
    /// For how long both versions are valid at most, in seconds; `nil`: the default for the secret.
    package var overlap: Int64?
    package var attempts: Int
    package var pausedSince: Timestamp?
    /// When the last one promoted its candidate.
    package internal(set) var lastDone: Timestamp?
    /// The slot of the last one that had one, however it ended: it is not due again.
    package internal(set) var lastSlot: Timestamp?
    /// The rotation under way, or the last one.
    package private(set) var run: RotationRun?
    package private(set) var orphans: [Orphan]
    /// Of each kind of notice about it the last one that was delivered, or given up.
    package private(set) var told: [String: String]?

    package init(id: RecordID, secret: SecretName, rotator: Rotator, created: Timestamp) {
        self.id = id
        self.secret = secret
        self.rotator = rotator
        self.created = created
        settings = [:]
        attempts = Self.defaultAttempts
        orphans = []
    }

    package var limits: RotationLimits { RotationLimits(attempts: attempts) }
    package var isUnderWay: Bool { run.map { !$0.hasEnded } ?? false }
}

extension Rotation {
    /// After somebody gave a rotation up, one that is due by age or expiry begins this much later, in seconds, and not at
    /// once.
    package static let restSeconds: Int64 = 86_400

    /// When one begins by itself; `nil` if only by hand, or while one is under way.
    ///
    /// - Parameters:
    ///   - version: when the current version was made; a value that somebody stored by hand is a new one too.
    ///   - expires: when the upstream stops accepting it.
    ///   - now: decides what was missed.
    /// - Returns: the moment, which may have passed, and what it is due by.
    package func nextDue(version: Timestamp?, expires: Timestamp?, now: Timestamp) -> DueTime? {
        guard !isUnderWay, let timing else { return nil }
        let past = RotationPast(
            created: version ?? created,
            lastDone: version.map { max($0, lastDone ?? $0) } ?? lastDone,
            made: version,
            lastSlot: lastSlot,
            expires: expires
        )
        let wanted = pausedSince == nil ? timing : timing.whilePaused
        return wanted.nextDue(of: id, past: past, now: now).map(afterRest)
    }

    private func afterRest(_ due: DueTime) -> DueTime {
        guard due.cause == .maximumAge || due.cause == .expiry, let run, let ended = run.ended, run.phase != .retired
        else { return due }
        return DueTime(at: max(due.at, ended.adding(seconds: Self.restSeconds)), slot: due.slot, cause: due.cause)
    }

    /// Begins a rotation, in the place of one that has ended.
    package mutating func begin(_ run: RotationRun) {
        self.run = run
        if case .due(_, let slot) = run.cause { lastSlot = slot }
    }

    /// Takes over how far the rotation has come. One that ends with something left at the upstream leaves it in the list
    /// of orphans.
    package mutating func update(_ run: RotationRun, at now: Timestamp) {
        let hadEnded = self.run?.hasEnded ?? false
        if run.isPromoted, self.run?.isPromoted != true { lastDone = now }
        self.run = run
        guard run.hasEnded, !hadEnded, let leftover = run.leftover else { return }
        orphans.append(Orphan(leftover, rotation: run.id, since: now))
    }

    /// Notes that a notice needs no more sending.
    package mutating func tell(_ kind: String, _ notice: String) { told = (told ?? [:]).merging([kind: notice]) { $1 } }

    /// Takes an orphan off the list, because somebody says that it is gone.
    /// - Returns: `false` when it is not on the list.
    package mutating func forget(orphanOf rotation: RecordID) -> Bool {
        let before = orphans.count
        orphans.removeAll { $0.rotation == rotation }
        return orphans.count < before
    }
}

/// A credential that may be valid at the upstream though nothing in the vault points to it any more. Stays listed until
/// somebody says that it is gone.
package struct Orphan: Sendable, Codable, Equatable {
    package let leftover: RotationRun.Leftover
    package let rotation: RecordID
    package let since: Timestamp

    package init(_ leftover: RotationRun.Leftover, rotation: RecordID, since: Timestamp) {
        self.leftover = leftover
        self.rotation = rotation
        self.since = since
    }
}
