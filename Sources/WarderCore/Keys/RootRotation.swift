package import SecretMemory
package import Sealing
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

    let oldRoot: AEADKey
    let root: AEADKey
    let slots: [KeySlot]
    let dropped: Set<RecordID>
}

extension Vault {
    /// Replaces the root key for somebody who can open every slot that stays. Blocks for two times Argon2id for each
    /// passphrase. A try at a slot counts as one at the sealed vault, and each is an event.
    package func rotateRoot(
        _ openings: [RootRotation.Opening],
        dropping dropped: Set<RecordID>,
        by caller: Caller,
        completion: @escaping @Sendable (Result<[KeySlot], Refusal>) -> Void
    ) {
        let outcome = Result { () throws(Refusal) in
            if let uid = caller.peer?.uid, case .wait = unsealThrottle.begin(uid, at: clock.now()) {
                throw .throttled
            }
            let rotation = try prepareRootRotation(openings, dropping: dropped)
            if let uid = caller.peer?.uid { unsealThrottle.succeed(uid) }
            return rotation
        }
        switch outcome {
        case .success(let rotation): submit(Keys.rotateRoot(rotation, by: caller), completion: completion)
        case .failure(let reason): submit(Keys.refuse(.keyRotateRoot, reason, by: caller), completion: completion)
        }
    }

    /// Makes a root key and wraps it for each slot that is opened. Blocks for two times Argon2id for each passphrase.
    ///
    /// - Throws: `wrongKey` for a secret that does not open its slot, what is wrong with shares, `slotMissing`,
    ///   `slotNotOpened` for a slot that is neither opened nor dropped, `sealed`, `memoryNotLocked`.
    func prepareRootRotation(
        _ openings: [RootRotation.Opening],
        dropping dropped: Set<RecordID>
    ) throws(Refusal) -> RootRotation {
        let (foundation, oldRoot) = try presentRoot()
        let root: AEADKey
        do { root = try AEADKey.random() } catch { throw .memoryNotLocked }
        var slots: [KeySlot] = []
        for old in foundation.slots where !dropped.contains(old.id) {
            guard let opening = openings.first(where: { $0.slot == old.id }) else { throw .slotNotOpened }
            let secret = try opening.secret(for: old)
            do {
                guard try old.open(with: secret, vault: foundation.vault).isSame(as: oldRoot) else {
                    throw Refusal.keysChanged
                }
                slots.append(
                    try KeySlot.wrap(
                        root: root,
                        with: secret,
                        kind: old.kind.withNewSalt(),
                        id: old.id,
                        vault: foundation.vault,
                        at: old.created
                    )
                )
            } catch SealingError.exhausted { throw .memoryNotLocked } catch { throw .wrongKey }
        }
        for opening in openings where !slots.contains(where: { $0.id == opening.slot }) { throw .slotMissing }
        return RootRotation(oldRoot: oldRoot, root: root, slots: slots, dropped: dropped)
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
