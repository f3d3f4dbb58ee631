import Locking
package import SecretMemory
import Sealing
import SecretShares
import WarderCrypto
package import WarderModel

/// A new root key, wrapped again by every slot that stays.
///
/// Slots keep no key that could wrap another root for them: whoever once had the old root would have it too. So each is
/// opened again, or goes.
package struct RootRotation: Sendable {
    /// What opens a slot that stays.
    package struct Opening: Sendable {
        package enum Means: Sendable {
            /// A passphrase or a credential.
            case secret(SecretBytes)
            /// Texts of shares, exactly as many as are needed.
            case shares([SecretBytes])
        }

        package let slot: RecordID
        package let means: Means

        package init(slot: RecordID, _ means: Means) {
            self.slot = slot
            self.means = means
        }

        /// What opens the slot. Shares of another set are not even put together.
        ///
        /// - Throws: `shareMalformed`, `shareMistyped`, `shareForeign`, `shareTwice`, `wrongKey`, `memoryNotLocked`.
        func secret(for slot: KeySlot) throws(Refusal) -> SecretBytes {
            switch (means, slot.kind) {
            case (.secret(let secret), _): return secret
            case (.shares(let texts), .shares(_, let set)):
                guard texts.count == set.threshold else { throw .slotNotOpened }
                do throws(ShareError) { return try Share.combine(Share.parse(texts), of: set) } catch {
                    throw Refusal(error)
                }
            case (.shares, _): throw .slotNotOpened
            }
        }
    }

    /// Why the root key was not replaced.
    package struct Obstacle: Error, Equatable {
        package let refusal: Refusal
        /// The slot that is not opened by what was brought for it, or that nothing was brought for; `nil` where it was the
        /// whole that was refused.
        package let slot: RecordID?

        init(_ refusal: Refusal, slot: RecordID? = nil) {
            self.refusal = refusal
            self.slot = slot
        }
    }

    /// Does the work for one slot where slow work may be done, and returns when it is done; not at all where there is no
    /// such place any more. Between two slots others have their turn.
    package typealias Turn = @Sendable (_ work: @escaping @Sendable () -> Void) -> Void

    let oldRoot: AEADKey
    let root: AEADKey
    let slots: [KeySlot]
    let dropped: Set<RecordID>
}

extension Vault {
    /// Replaces the root key, and all keys under it, for somebody who can open every slot that stays. Blocks for two times
    /// Argon2id for each passphrase. A try at a slot counts as one at the sealed vault, and each is an event.
    package func rotateRoot(
        _ openings: [RootRotation.Opening],
        dropping dropped: Set<RecordID>,
        by caller: Caller,
        inTurns turn: RootRotation.Turn = { $0() },
        completion: @escaping @Sendable (Result<RootKeyRotation, RootRotation.Obstacle>) -> Void
    ) {
        let outcome = Result { () throws(RootRotation.Obstacle) in
            // First what tries no secret, so that it costs no try.
            _ = try presentRoot(for: openings, dropping: dropped)
            if let uid = caller.peer?.uid, case .wait = unsealThrottle.begin(uid, at: clock.now()) {
                throw RootRotation.Obstacle(.throttled)
            }
            let rotation = try prepareRootRotation(openings, dropping: dropped, inTurns: turn)
            if let uid = caller.peer?.uid { unsealThrottle.succeed(uid) }
            return rotation
        }
        switch outcome {
        case .success(let rotation):
            submit(Keys.rotateRoot(rotation, of: self, by: caller)) {
                completion($0.mapError { RootRotation.Obstacle($0) })
            }
        case .failure(let obstacle):
            submit(Keys.refuse(.keyRotateRoot, obstacle.refusal, slot: obstacle.slot, by: caller)) {
                // Whoever may not do it at all hears that, and nothing of slots.
                completion($0.mapError { $0 == obstacle.refusal ? obstacle : RootRotation.Obstacle($0) })
            }
        }
    }

    /// Makes a root key and wraps it for each slot that is opened. Blocks for two times Argon2id for each passphrase.
    ///
    /// - Throws: with the slot: `wrongKey` for a secret that does not open it, what is wrong with shares, `slotNotOpened`
    ///   for one that is neither opened nor dropped, `slotMissing`; without: `sealed`, `memoryNotLocked`.
    func prepareRootRotation(
        _ openings: [RootRotation.Opening],
        dropping dropped: Set<RecordID>,
        inTurns turn: RootRotation.Turn = { $0() }
    ) throws(RootRotation.Obstacle) -> RootRotation {
        let (foundation, oldRoot) = try presentRoot(for: openings, dropping: dropped)
        let root: AEADKey
        do { root = try AEADKey.random() } catch { throw RootRotation.Obstacle(.memoryNotLocked) }
        var slots: [KeySlot] = []
        for old in foundation.slots where !dropped.contains(old.id) {
            do throws(Refusal) {
                guard let opening = openings.first(where: { $0.slot == old.id }) else { throw .slotNotOpened }
                // Nothing comes of a turn that is not had: the daemon ends.
                let wrapped = Locked<Result<KeySlot, Refusal>>(.failure(.sealed))
                turn { [vault = foundation.vault] in
                    let outcome = Result { () throws(Refusal) in
                        try old.wrapping(root, for: opening, insteadOf: oldRoot, vault: vault)
                    }
                    wrapped.withLock { $0 = outcome }
                }
                slots.append(try wrapped.withLock { $0 }.get())
            } catch { throw RootRotation.Obstacle(error, slot: old.id) }
        }
        return RootRotation(oldRoot: oldRoot, root: root, slots: slots, dropped: dropped)
    }

    /// The root key, where there is something for each slot that stays and for no other. Tries none of it.
    private func presentRoot(
        for openings: [RootRotation.Opening],
        dropping dropped: Set<RecordID>
    ) throws(RootRotation.Obstacle) -> (Foundation, AEADKey) {
        let (foundation, root): (Foundation, AEADKey)
        do throws(Refusal) { (foundation, root) = try presentRoot() } catch { throw RootRotation.Obstacle(error) }
        let kept = foundation.slots.map(\.id).filter { !dropped.contains($0) }
        if let closed = kept.first(where: { slot in !openings.contains { $0.slot == slot } }) {
            throw RootRotation.Obstacle(.slotNotOpened, slot: closed)
        }
        if let missing = openings.first(where: { !kept.contains($0.slot) }) {
            throw RootRotation.Obstacle(.slotMissing, slot: missing.slot)
        }
        return (foundation, root)
    }
}

extension KeySlot {
    /// The same slot around another root key, for somebody who can open it.
    fileprivate func wrapping(
        _ root: AEADKey,
        for opening: RootRotation.Opening,
        insteadOf oldRoot: AEADKey,
        vault: RecordID
    ) throws(Refusal) -> KeySlot {
        let secret = try opening.secret(for: self)
        do {
            guard try open(with: secret, vault: vault).isSame(as: oldRoot) else { throw Refusal.keysChanged }
            return try KeySlot.wrap(
                root: root,
                with: secret,
                kind: kind.withNewSalt(),
                id: id,
                vault: vault,
                at: created
            )
        } catch SealingError.exhausted { throw .memoryNotLocked } catch let refusal as Refusal { throw refusal } catch {
            throw .wrongKey
        }
    }
}

extension KeySlot.Kind {
    fileprivate func withNewSalt() -> KeySlot.Kind {
        let salt = SecureRandom.bytes(count: KeySlot.credentialSaltBytes)
        return switch self {
        case .passphrase(_, let passes, let memoryBytes):
            .passphrase(salt: salt, passes: passes, memoryBytes: memoryBytes)
        case .credential: .credential(salt: salt)
        case .shares(_, let set): .shares(salt: salt, set: set)
        }
    }
}
