import HashTreeCollections
import Locking
package import SecretMemory
import Sealing
import SecretShares
package import WarderModel

/// Unsealing with shares, and how attempts with shares end otherwise.
extension Vault {
    /// What came of a share that somebody brought.
    package enum ShareOutcome: Sendable {
        case waiting(ShareGathering.Progress)
        case unsealed
    }

    /// Takes a share; the last one that is needed opens the vault. Each is an event, whatever comes of it, but for texts
    /// that are no share: of many of these by one user, those alone that the throttle would let through.
    ///
    /// `text`: as it was typed. `attempt`: the name of the attempt that it belongs to, `nil` for the first share.
    package func unseal(
        withShare text: SecretBytes,
        attempt: String?,
        by caller: Caller,
        completion: @escaping @Sendable (Result<ShareOutcome, Refusal>) -> Void
    ) {
        guard phase != .unsealed else {
            return submit(Self.alreadyOpen(by: caller)) { completion($0.map { .unsealed }) }
        }
        guard let foundation else { return completion(.failure(.notInitialised)) }
        let now = clock.now()
        endOverdueShares(at: now)
        let share: Share
        do throws(ShareError) { share = try Share(text: text) } catch {
            guard mayRecordSlip(by: caller, at: now) else { return completion(.failure(Refusal(error))) }
            return recordShare(nil, Refusal(error), by: caller, completion)
        }
        if let uid = caller.peer?.uid, case .wait(let isFirst) = unsealThrottle.begin(uid, at: now) {
            guard isFirst else { return completion(.failure(.throttled)) }
            return recordShare(nil, .throttled, by: caller, completion)
        }
        let step = Result { () throws(Refusal) in
            try gathering.add(share, to: attempt, for: .unsealing, slots: foundation.slots, at: now)
        }
        switch step {
        case .failure(let reason): recordShare(nil, reason, by: caller, completion)
        case .success(.waiting(let progress)):
            // Whether it is a true one shows only when the last is there: nothing was proved, and nothing guessed.
            if let uid = caller.peer?.uid { unsealThrottle.takeBack(uid) }
            recordShare(progress, nil, by: caller) { [self] written in
                // A share that could not be written down was not brought.
                if case .failure = written { gathering.takeBack(share, from: progress.attempt) }
                completion(written)
            }
        case .success(.complete(let secret, let slot, let attempt)):
            unseal(with: secret, slots: [slot], by: caller) { [self] outcome in
                gathering.settle(attempt, isWritten: outcome.isWritten)
                completion(outcome.map { .unsealed })
            }
        }
    }

    /// Whether a text that is no share is written down. Nothing of the vault was asked: it tells nobody anything, and is
    /// no try. But it must not fill the disk.
    func mayRecordSlip(by caller: Caller, at now: Moment) -> Bool {
        guard let uid = caller.peer?.uid, case .wait = slipThrottle.begin(uid, at: now) else { return true }
        return false
    }

    /// Drops the shares that were brought, whatever for, once that is written down. Whoever could stop the daemon may,
    /// and admins; in a sealed vault, which knows nobody, those who were when this process sealed it.
    package func cancelUnsealing(
        by caller: Caller,
        completion: @escaping @Sendable (Result<Void, Refusal>) -> Void
    ) {
        let now = clock.now()
        endOverdueShares(at: now)
        guard let uid = caller.peer?.uid, caller.isOwner || isOrWasAdmin(uid) else {
            return completion(.failure(.notAnOperator))
        }
        guard let present = gathering.progress(at: now) else {
            // Its last share may be at the log now.
            gathering.forgetComplete()
            return completion(.failure(.nothingToUndo))
        }
        let actor = state.map { Policy.actor(caller, in: $0) } ?? caller.unverifiedActor
        var event = Event(action: .unsealCancel, time: now.wall, actor: actor)
        event.changes = present.facts
        event.requestID = caller.requestID
        event.durationMicroseconds = caller.elapsedMicroseconds()
        record(attempt: event, by: caller) { [self] written in
            guard case .success = written else { return completion(written) }
            // Its last share, or somebody else who drops it, may have come first.
            let isDropped = gathering.cancel(present.attempt, at: now) != nil
            completion(isDropped ? written : .failure(.nothingToUndo))
        }
    }

    /// Ends an attempt whose time is up, and writes that down. The shares are gone in any case.
    package func endOverdueShares(
        at now: Moment,
        completion: @escaping @Sendable (Result<Void, Refusal>) -> Void = { _ in }
    ) {
        guard let ended = gathering.takeOverdue(at: now) else { return completion(.success(())) }
        var event = Event(action: .unsealCancel, time: now.wall, actor: .vault)
        event.changes = ended.facts + ["ended=timeout"]
        record(sealed: event, completion: completion)
    }

    private func isOrWasAdmin(_ uid: UInt32) -> Bool {
        guard let state else { return lastAdmins.withLock { $0.contains(uid) } }
        return state.operators[uid]?.roles.contains(.admin) ?? false
    }

    private func recordShare(
        _ progress: ShareGathering.Progress?,
        _ reason: Refusal?,
        by caller: Caller,
        _ completion: @escaping @Sendable (Result<ShareOutcome, Refusal>) -> Void
    ) {
        var event = Event(action: .unsealShare, time: clock.now().wall, actor: caller.unverifiedActor)
        event.requestID = caller.requestID
        event.durationMicroseconds = caller.elapsedMicroseconds()
        if let progress {
            event.changes = progress.facts
        }
        if let reason {
            event.decision = .refused
            event.reason = reason
        }
        record(attempt: event, by: caller) { written in
            if case .failure(let refusal) = written { return completion(.failure(refusal)) }
            if let progress {
                completion(.success(.waiting(progress)))
            } else {
                completion(.failure(reason ?? .wrongKey))
            }
        }
    }
}

extension Result where Failure == Refusal {
    /// Whether what came of it is in the log.
    var isWritten: Bool {
        if case .failure(.auditUnavailable) = self { false } else { true }
    }
}

extension Refusal {
    /// What is wrong with shares, without saying which bytes.
    init(_ error: ShareError) {
        self =
            switch error {
            case .mistyped: .shareMistyped
            case .exhausted: .memoryNotLocked
            case .foreign, .inconsistent, .outOfRange: .shareForeign
            case .duplicate: .shareTwice
            case .tooFew, .disagreement: .wrongKey
            case .malformed, .unsupportedFormat: .shareMalformed
            }
    }
}
