import HashTreeCollections
package import SecretMemory
package import Sealing
package import WarderCrypto
package import WarderModel

/// Sealing, unsealing and presence: what needs a key or a passphrase. The slow parts run on the caller's thread; never
/// on an event loop.
extension Vault {
    /// Drops the keys, after the event is on disk. Requires `admin`.
    package static func seal(by caller: Caller) -> Command<Void> {
        Command(.vaultSeal, by: caller) { transaction, _ throws(Refusal) in
            transaction.state.isSealing = true
        }
    }

    /// Writes down that somebody meant to open a vault that is open; the key is not looked at. For whoever the operator
    /// socket admits.
    package static func alreadyOpen(by caller: Caller) -> Command<Void> {
        Command(.vaultUnseal, by: caller, describe: { $0.changes = ["already=unsealed"] }) { _, _ throws(Refusal) in }
    }

    /// Tries every slot that such a secret can open, and opens the vault with the first that does.
    ///
    /// Blocks for as long as Argon2id is told to take. A failed try is an event too.
    /// `opener`: what the secret is; shares come here put together.
    package func unseal(
        with secret: SecretBytes,
        opener: KeySlot.Opener,
        by caller: Caller,
        completion: @escaping @Sendable (Result<Void, Refusal>) -> Void
    ) {
        guard let foundation else { return completion(.failure(.notInitialised)) }
        let uid = caller.peer?.uid
        if let uid, case .wait(let isFirst) = unsealThrottle.begin(uid, at: clock.now()) {
            // One event for each wait: whoever is throttled must not be able to fill the disk either.
            guard isFirst else { return completion(.failure(.throttled)) }
            return refuseUnseal(.throttled, by: caller, completion)
        }
        unseal(with: secret, slots: foundation.slots.filter { $0.opener == opener }, by: caller, completion: completion)
    }

    /// The same with what shares gave back, for the slot that they are of.
    func unseal(
        with secret: SecretBytes,
        slots: [KeySlot],
        by caller: Caller,
        completion: @escaping @Sendable (Result<Void, Refusal>) -> Void
    ) {
        guard let foundation else { return completion(.failure(.notInitialised)) }
        for slot in slots {
            do throws(SealingError) {
                let root = try slot.open(with: secret, vault: foundation.vault)
                let ring: KeyRing
                do throws(SealingError) { ring = try foundation.openKeyRing(under: root) } catch .exhausted {
                    throw .exhausted
                } catch {
                    return refuseUnseal(.keysDamaged, by: caller, completion)
                }
                if let uid = caller.peer?.uid { unsealThrottle.succeed(uid) }
                return open(ring, root: root, slot: slot, by: caller) { [self] outcome in
                    switch outcome {
                    case .failure(let reason) where [.logContradicted, .checkpointUnreadable].contains(reason):
                        refuseUnseal(reason, by: caller, completion)
                    default: completion(outcome)
                    }
                }
            } catch .exhausted {
                return refuseUnseal(.memoryNotLocked, by: caller, completion)
            } catch { continue }
        }
        refuseUnseal(.wrongKey, by: caller, completion)
    }

    /// Checks an operator's passphrase and gives a proof of presence. Blocks as `unseal` does.
    package func provePresence(
        _ passphrase: SecretBytes,
        by caller: Caller,
        completion: @escaping @Sendable (Result<String, Refusal>) -> Void
    ) {
        guard let peer = caller.peer, let state else { return completion(.failure(.sealed)) }
        if case .wait(let isFirst) = presenceThrottle.begin(peer.uid, at: clock.now()) {
            guard isFirst else { return completion(.failure(.throttled)) }
            return submit(Operators.refuseThrottled(by: caller), completion: completion)
        }
        let verifier = state.operators[peer.uid]?.presence
        let isRight = (try? verifier?.matches(passphrase)) ?? false
        if isRight { presenceThrottle.succeed(peer.uid) }
        submit(
            Operators.provePresence(verified: isRight ? verifier : nil, ledger: presence, by: caller),
            completion: completion
        )
    }

    /// Seconds after which neither a key nor a passphrase of this user is refused for too many tries; `nil` where none is
    /// now.
    package func secondsUntilTry(of uid: UInt32) -> Int? {
        let now = clock.now()
        let longest = max(unsealThrottle.wait(of: uid, at: now), presenceThrottle.wait(of: uid, at: now))
        return longest > 0 ? Int((longest + 999) / 1000) : nil
    }

    private func refuseUnseal(
        _ reason: Refusal,
        by caller: Caller,
        _ completion: @escaping @Sendable (Result<Void, Refusal>) -> Void
    ) {
        var event = Event(action: .vaultUnseal, time: clock.now().wall, actor: caller.unverifiedActor)
        event.decision = .refused
        event.reason = reason
        event.requestID = caller.requestID
        event.durationMicroseconds = caller.elapsedMicroseconds()
        record(attempt: event, by: caller) { written in
            completion(written.flatMap { .failure(reason) })
        }
    }
}

extension PresenceVerifier {
    /// A verifier for a new passphrase. Slow on purpose.
    package init(passphrase: SecretBytes, cost: PasswordHash.Cost) throws(Refusal) {
        do {
            let verifier = try PasswordVerifier(passphrase: passphrase, cost: cost)
            self.init(
                salt: verifier.salt,
                passes: verifier.cost.passes,
                memoryBytes: verifier.cost.memoryBytes,
                hash: verifier.hash
            )
        } catch { throw .memoryNotLocked }
    }

    fileprivate func matches(_ passphrase: SecretBytes) throws -> Bool {
        try PasswordVerifier(
            salt: salt,
            cost: PasswordHash.Cost(passes: passes, memoryBytes: memoryBytes),
            hash: hash
        ).verify(passphrase)
    }
}
