import HashTreeCollections
package import SecretMemory
import SecretShares
import Sealing
import WarderCrypto
package import WarderModel

/// A code for an operator without an admin who could prove to be there: whoever brings enough shares holds the root
/// key, and with it everything that an admin could do.
///
/// Shares are gathered as they are to open the vault, in an attempt that names the operator. The code is the admin's
/// kind: it works once, for a day, and under the operator's own user alone.
package enum SharedEnrolment {
    /// What came of a share.
    package enum Outcome: Sendable {
        case waiting(ShareGathering.Progress)
        case made(Enrolments.Made)
    }

    /// The root key as shares gave it back, and the slot that they are of.
    struct Opened: Sendable {
        let root: AEADKey
        let slot: KeySlot
        let shares: Int

        var facts: [String] { ["slot/\(slot.id)/shares", "shares=\(shares)", "need=\(shares)"] }
    }

    /// Writes down that a share was brought, and that more are needed.
    static func take(
        _ progress: ShareGathering.Progress,
        for name: OperatorName,
        by caller: Caller
    ) -> Command<Outcome> {
        Command(.operatorEnrolShare, by: caller, describe: { $0.changes = ["name=\(name)"] }) {
            _,
            event throws(Refusal) in
            event.changes = progress.facts
            return .waiting(progress)
        }
    }

    /// Makes the code. The root key is held against the vault's own here, where no other can take its place meanwhile.
    static func make(for name: OperatorName, with opened: Opened, by caller: Caller) -> Command<Outcome> {
        Command(.operatorEnrolShare, by: caller, describe: { $0.changes = ["name=\(name)"] + opened.facts }) {
            transaction,
            event throws(Refusal) in
            guard opened.root.isSame(as: transaction.keys.root),
                transaction.foundation.slots.contains(where: { $0.id == opened.slot.id })
            else { throw .keysChanged }
            return .made(try Enrolments.make(for: name, in: &transaction, &event))
        }
    }

    /// Writes down that a share was brought in vain.
    static func refuse(_ name: OperatorName, _ reason: Refusal, by caller: Caller) -> Command<Outcome> {
        Command(.operatorEnrolShare, by: caller, describe: { $0.changes = ["name=\(name)"] }) { _, _ throws(Refusal) in
            throw reason
        }
    }
}

extension Vault {
    /// Takes a share for an operator's code; the last one that is needed makes it. Each is an event, and a wrong one a
    /// try as at the sealed vault; texts that are no share are none, and are written down as seldom as there. For
    /// whoever the operator socket admits: the act itself needs the key.
    ///
    /// `text`: as it was typed. `attempt`: the name of the attempt that it belongs to, `nil` for the first share.
    package func enrol(
        _ name: OperatorName,
        withShare text: SecretBytes,
        attempt: String?,
        by caller: Caller,
        completion: @escaping @Sendable (Result<SharedEnrolment.Outcome, Refusal>) -> Void
    ) {
        guard phase != .notInitialised else { return completion(.failure(.notInitialised)) }
        guard let state, let foundation else { return completion(.failure(.sealed)) }
        let now = clock.now()
        endOverdueShares(at: now)
        let share: Share
        do throws(ShareError) { share = try Share(text: text) } catch {
            guard mayRecordSlip(by: caller, at: now) else { return completion(.failure(Refusal(error))) }
            return submit(SharedEnrolment.refuse(name, Refusal(error), by: caller), completion: completion)
        }
        let uid = caller.peer?.uid
        if let uid, case .wait(let isFirst) = unsealThrottle.begin(uid, at: now) {
            // One event for each wait, as at the sealed vault.
            guard isFirst else { return completion(.failure(.throttled)) }
            return submit(SharedEnrolment.refuse(name, .throttled, by: caller), completion: completion)
        }
        let outcome = Result { () throws(Refusal) in
            // Who there is, is told to nobody who knows no set of shares.
            guard foundation.slots.contains(where: { $0.set == share.set }) else { throw .shareForeign }
            guard state.operators.values.contains(where: { $0.name == name }) else { throw .notFound }
            return try gathering.add(share, to: attempt, for: .enrolment(name), slots: foundation.slots, at: now)
        }
        switch outcome {
        case .failure(let reason):
            submit(SharedEnrolment.refuse(name, reason, by: caller), completion: completion)
        case .success(.waiting(let progress)):
            // Nothing was proved, and nothing guessed.
            if let uid { unsealThrottle.takeBack(uid) }
            submit(SharedEnrolment.take(progress, for: name, by: caller)) { [self] written in
                // A share that could not be written down was not brought.
                if case .failure = written { gathering.takeBack(share, from: progress.attempt) }
                completion(written)
            }
        case .success(.complete(let secret, let slot, let attempt)):
            let settle: @Sendable (Result<SharedEnrolment.Outcome, Refusal>) -> Void = { [self] outcome in
                gathering.settle(attempt, isWritten: outcome.isWritten)
                completion(outcome)
            }
            do throws(Refusal) {
                let opened = try rootKey(of: slot, with: secret, vault: foundation.vault)
                if let uid { unsealThrottle.succeed(uid) }
                submit(SharedEnrolment.make(for: name, with: opened, by: caller), completion: settle)
            } catch {
                submit(SharedEnrolment.refuse(name, error, by: caller), completion: settle)
            }
        }
    }

    /// - Throws: `wrongKey` where the shares together give another secret than the slot's; `memoryNotLocked`.
    private func rootKey(
        of slot: KeySlot,
        with secret: SecretBytes,
        vault: RecordID
    ) throws(Refusal) -> SharedEnrolment.Opened {
        do throws(SealingError) {
            let root = try slot.open(with: secret, vault: vault)
            return SharedEnrolment.Opened(root: root, slot: slot, shares: slot.set?.threshold ?? 0)
        } catch { throw error == .exhausted ? .memoryNotLocked : .wrongKey }
    }
}

extension KeySlot {
    /// The shares that open it; `nil` for a slot that something else opens.
    fileprivate var set: ShareSet? {
        if case .shares(_, let set) = kind { set } else { nil }
    }
}
