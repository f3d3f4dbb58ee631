import HashTreeCollections
package import Rotating
package import Scheduling
import SecretRecipes
package import WarderModel

/// What operators ask about rotations.
package enum Rotations {
    /// How a secret is to be rotated.
    package struct Plan: Sendable, Equatable {
        package var rotator: Rotator
        package var settings: [RotatorSetting: PlainText]
        package var helper: SecretName?
        package var timing: RotationTiming?
        /// Seconds.
        package var overlap: Int64?
        package var attempts: Int

        package init(
            rotator: Rotator,
            settings: [RotatorSetting: PlainText] = [:],
            helper: SecretName? = nil,
            timing: RotationTiming? = nil,
            overlap: Int64? = nil,
            attempts: Int = Rotation.defaultAttempts
        ) {
            self.rotator = rotator
            self.settings = settings
            self.helper = helper
            self.timing = timing
            self.overlap = overlap
            self.attempts = attempts
        }

        /// What was said of one that is there.
        init(_ rotation: Rotation) {
            self.init(
                rotator: rotation.rotator,
                settings: rotation.settings,
                helper: rotation.helper,
                timing: rotation.timing,
                overlap: rotation.overlap,
                attempts: rotation.attempts
            )
        }

        /// What concerns the value that the vault makes, if it makes one.
        package var recipeSettings: [String: String] { Rotation.recipeSettings(settings) }

        fileprivate var facts: [String] {
            [
                "rotator=\(rotator.text)", timing?.schedule.map { "schedule=\($0)" },
                timing?.window.map { "window=\($0)" }, timing.map { "jitter=\($0.jitterSeconds)s" },
                timing?.maximumAgeSeconds.map { "max_age=\($0)s" },
                timing.map { "before_expiry=\($0.expiryLeadSeconds)s" }, overlap.map { "overlap=\($0)s" },
                "attempts=\(attempts)", helper.map { "helper=\($0)" },
            ]
            .compactMap(\.self) + settings.sorted { $0.key < $1.key }.map { "setting/\($0.key)=\($0.value)" }
        }
    }

    /// A rotation as people look at it.
    package struct Overview: Sendable {
        package let rotation: Rotation
        package let current: SecretVersion?
        package let expires: Timestamp?
        /// When the next one begins by itself; `nil` if none does.
        package let next: DueTime?
        /// What it is at, or waits for.
        package let action: RotationAction
        package let consumers: [Consumer]
    }

    /// Rotations as they stood when the event was written. What is to be known of them is worked out by whoever asks, and
    /// not while others wait for the vault.
    package struct Listing: Sendable {
        fileprivate let rotations: [Rotation]
        fileprivate let state: VaultState
        fileprivate let time: Timestamp

        /// By name.
        package var overviews: [Overview] {
            let granted = rotations.count > 1 ? state.serversBySecret : nil
            return rotations.sorted { $0.secret < $1.secret }.map { rotation in
                Overview(rotation, state, at: time, granted: granted?[rotation.secret, default: []])
            }
        }
    }

    /// Says how a secret is rotated, and when; replaces what was said before. Requires `admin`, and presence: a rotator
    /// is given the secret's values, and those of its helper.
    ///
    /// - Throws: `rotationBusy` while one is under way, `rotationSettings` for a value that cannot be made so, and
    ///   what `Secrets.live` throws for the secret and its helper.
    package static func set(_ name: SecretName, _ plan: Plan, by caller: Caller) -> Command<Overview> {
        Command(.rotationSet, by: caller, describe: { $0.secret = name }) { transaction, event throws(Refusal) in
            let secret = try Secrets.live(name, in: transaction.state)
            if let helper = plan.helper { _ = try Secrets.live(helper, in: transaction.state) }
            let existing = transaction.state.rotations[name]
            if let existing, existing.isUnderWay { throw .rotationBusy }
            var rotation =
                existing
                ?? Rotation(
                    id: transaction.keys.newRecordID(),
                    secret: name,
                    rotator: plan.rotator,
                    created: transaction.now.wall
                )
            rotation.rotator = plan.rotator
            rotation.settings = plan.settings
            rotation.helper = plan.helper
            rotation.timing = plan.timing
            rotation.overlap = plan.overlap
            rotation.attempts = plan.attempts
            do { _ = try ValueRecipe(settings: rotation.recipeSettings) } catch { throw .rotationSettings }
            _ = try Candidate.field(for: rotation, secret)
            event.tell(plan.facts, before: existing.map { Plan($0).facts } ?? [])
            try transaction.put(rotation, &event)
            return overview(rotation, transaction)
        }
    }

    /// Forgets how a secret is rotated. Its versions stay. Requires `admin`.
    ///
    /// - Throws: `rotationBusy` while one is under way, `rotationOrphaned` while credentials are listed that nobody said
    ///   are gone.
    package static func remove(_ name: SecretName, by caller: Caller) -> Command<Void> {
        Command(.rotationRemove, by: caller, describe: { $0.secret = name }) { transaction, event throws(Refusal) in
            let rotation = try find(name, transaction.state)
            if rotation.isUnderWay { throw .rotationBusy }
            guard rotation.orphans.isEmpty else { throw .rotationOrphaned }
            transaction.remove(rotation, &event)
            event.tell(gone: Plan(rotation).facts)
        }
    }

    /// How secrets are rotated and where it stands, by name; of one secret, or of all. Whoever keeps looking at one in
    /// which nothing happens is one reading. Requires `admin`, `rotator`, `reader` or `auditor`.
    package static func list(_ name: SecretName? = nil, by caller: Caller) -> Command<Listing> {
        Command(.rotationList, by: caller, describe: { $0.secret = name }) { transaction, event throws(Refusal) in
            let now = transaction.now.wall
            if let name {
                let rotation = try find(name, transaction.state)
                event.changes = [digest(of: rotation, in: transaction.state).change]
                transaction.tellOnce(&event)
                return Listing(rotations: [rotation], state: transaction.state, time: now)
            }
            let all = Array(transaction.state.rotations.values)
            event.changes = ["count=\(all.count)"]
            return Listing(rotations: all, state: transaction.state, time: now)
        }
    }

    /// What is said of one rotation: how far it has come, the secret's versions, and which server has which of them.
    private static func digest(of rotation: Rotation, in state: VaultState) -> AnswerDigest {
        var digest = AnswerDigest()
        let secret = state.secrets[rotation.secret]
        for id in [rotation.id, secret?.id].compactMap(\.self) + state.consumers(of: rotation.secret).map(\.id) {
            digest.add([state.mark(of: id)])
        }
        return digest
    }

    /// Begins a rotation now, or hastens the one under way if the value is known to somebody who should not know it.
    /// Requires `admin` or `rotator`.
    ///
    /// - Throws: `rotationBusy` while one is under way.
    package static func start(
        _ name: SecretName,
        reason: PlainText?,
        compromised: Bool,
        by caller: Caller
    ) -> Command<Overview> {
        Command(
            .rotationStart,
            by: caller,
            describe: {
                $0.secret = name
                $0.purpose = reason
                if compromised { $0.changes = ["compromised"] }
            }
        ) { transaction, event throws(Refusal) in
            var rotation = try findWorking(name, transaction.state)
            _ = try Secrets.live(name, in: transaction.state)
            guard case .person(let person, _) = event.actor else { throw .notAnOperator }
            if rotation.isUnderWay {
                guard compromised, var run = rotation.run else { throw .rotationBusy }
                do throws(RotationObstacle) { try run.hasten() } catch { throw Refusal(error) }
                rotation.update(run, at: transaction.now.wall)
            } else {
                let cause: RotationCause =
                    compromised ? .compromise(by: person, reason: reason) : .person(by: person, reason: reason)
                rotation.begin(newRun(cause, transaction))
            }
            event.changes += rotation.run.map { ["rotation=\($0.id)"] } ?? []
            try transaction.put(rotation, &event)
            return overview(rotation, transaction)
        }
    }

    /// Stops and restarts what begins by itself. Maximum age and expiry dates go on. Requires `admin` or `rotator`.
    ///
    /// - Throws: `nothingToUndo` when it is so already.
    package static func pause(_ name: SecretName, _ paused: Bool, by caller: Caller) -> Command<Overview> {
        Command(
            .rotationPause,
            by: caller,
            describe: {
                $0.secret = name
                $0.changes = ["paused=\(paused)"]
            }
        ) { transaction, event throws(Refusal) in
            var rotation = try find(name, transaction.state)
            guard (rotation.pausedSince != nil) != paused else { throw .nothingToUndo }
            rotation.pausedSince = paused ? transaction.now.wall : nil
            try transaction.put(rotation, &event)
            return overview(rotation, transaction)
        }
    }

    /// Lets a rotation go on that waits for a person, or for its next try. Requires `admin` or `rotator`.
    package static func resume(_ name: SecretName, by caller: Caller) -> Command<Overview> {
        change(.rotationResume, name, by: caller) { run, _, _, _ throws(Refusal) in
            do throws(RotationObstacle) { try run.resume() } catch { throw Refusal(error) }
        }
    }

    /// Takes a candidate back that no consumer has received, and ends. Asked again where that does not succeed: ends,
    /// and lists what is left at the upstream. Requires `admin` or `rotator`.
    package static func abort(_ name: SecretName, by caller: Caller) -> Command<Overview> {
        change(.rotationAbort, name, by: caller) { run, _, _, now throws(Refusal) in
            do throws(RotationObstacle) { try run.abort(at: now) } catch { throw Refusal(error) }
        }
    }

    /// Makes the value before current again, also at the upstream. Requires `admin` or `rotator`.
    ///
    /// - Throws: `versionDestroyed` where there is no value to go back to.
    package static func rollback(_ name: SecretName, by caller: Caller) -> Command<Overview> {
        change(.rotationRollback, name, by: caller) { run, rotation, secret, now throws(Refusal) in
            if let from = run.from, secret?.version(from)?.state == .destroyed { throw .versionDestroyed }
            do throws(RotationObstacle) {
                try run.rollback(at: now, restorable: !run.overlaps || !rotation.rotator.needsWorker)
            } catch { throw Refusal(error) }
        }
    }

    /// Gathers what a rotator needs to look whether it could rotate, for a worker that waits. Requires `admin` or
    /// `rotator`.
    ///
    /// - Throws: `workerMissing` where none waits, and where a value cannot be opened.
    package static func test(_ name: SecretName, workerWaits: Bool, by caller: Caller) -> Command<Handout?> {
        Command(.rotationTest, by: caller, describe: { $0.secret = name }) { transaction, event throws(Refusal) in
            let rotation = try findWorking(name, transaction.state)
            let secret = try Secrets.live(name, in: transaction.state)
            guard rotation.rotator.needsWorker else { return nil }
            guard workerWaits else { throw .workerMissing }
            let trial = newRun(.due(because: .schedule, slot: transaction.now.wall), transaction)
            let handout = try Handout(.preflight, of: rotation, trial, secret, in: transaction)
            event.version = secret.current?.number
            event.changes = ["step=preflight"] + handout.contents
            return handout
        }
    }

    /// Takes a credential off the list of orphans, because it is gone from the upstream. Requires `admin`.
    package static func forget(_ name: SecretName, orphanOf run: RecordID, by caller: Caller) -> Command<Overview> {
        Command(
            .rotationForget,
            by: caller,
            describe: {
                $0.secret = name
                $0.changes = ["rotation=\(run)"]
            }
        ) { transaction, event throws(Refusal) in
            var rotation = try find(name, transaction.state)
            guard rotation.forget(orphanOf: run) else { throw .notFound }
            try transaction.put(rotation, &event)
            return overview(rotation, transaction)
        }
    }

    // MARK: Shared

    private static func change(
        _ action: Action,
        _ name: SecretName,
        by caller: Caller,
        _ body: @escaping @Sendable (inout RotationRun, Rotation, Secret?, Timestamp) throws(Refusal) -> Void
    ) -> Command<Overview> {
        Command(action, by: caller, describe: { $0.secret = name }) { transaction, event throws(Refusal) in
            var rotation = try find(name, transaction.state)
            guard var run = rotation.run else { throw .rotationEnded }
            try body(&run, rotation, transaction.state.secrets[name], transaction.now.wall)
            rotation.update(run, at: transaction.now.wall)
            event.changes.append("rotation=\(run.id)")
            try transaction.put(rotation, &event)
            return overview(rotation, transaction)
        }
    }

    static func newRun(_ cause: RotationCause, _ transaction: borrowing Transaction) -> RotationRun {
        RotationRun(
            id: transaction.keys.newRecordID(),
            cause: cause,
            origin: transaction.state.newestOrigin?.number ?? 1,
            at: transaction.now.wall
        )
    }

    static func find(_ name: SecretName, _ state: VaultState) throws(Refusal) -> Rotation {
        if let rotation = state.rotations[name] { return rotation }
        if state.lost.contains(.rotation(name)) { throw .valueDamaged }
        _ = try Secrets.live(name, in: state)
        throw .rotationMissing
    }

    /// - Throws: as `find`, and `restoredVault` in quarantine: what the upstream has seen since the backup nobody knows.
    static func findWorking(_ name: SecretName, _ state: VaultState) throws(Refusal) -> Rotation {
        guard !state.isQuarantined else { throw .restoredVault }
        return try find(name, state)
    }

    private static func overview(_ rotation: Rotation, _ transaction: borrowing Transaction) -> Overview {
        Overview(rotation, transaction.state, at: transaction.now.wall)
    }
}

extension Rotations.Overview {
    /// `granted`: servers that may have the secret, where that is known already.
    fileprivate init(
        _ rotation: Rotation,
        _ state: VaultState,
        at now: Timestamp,
        granted: Set<ServerName>? = nil
    ) {
        let consumers = state.consumers(of: rotation.secret, granted: granted)
        let action = rotation.run.map { $0.next(at: now, moved: RotationWork.moved($0, by: consumers, in: state)) }
        self.init(
            rotation: rotation,
            current: state.secrets[rotation.secret]?.current,
            expires: state.secrets[rotation.secret]?.expires,
            next: state.nextDue(rotation, at: now),
            action: action ?? .none,
            consumers: consumers
        )
    }
}

extension VaultState {
    /// When a rotation begins by itself; `nil` if it does not.
    package func nextDue(_ rotation: Rotation, at now: Timestamp) -> DueTime? {
        guard let secret = secrets[rotation.secret], secret.deleted == nil else { return nil }
        return rotation.nextDue(version: secret.current?.created, expires: secret.expires, now: now)
    }
}
