package import SecretMemory
package import Sealing
package import SecretShares
package import WarderCrypto
package import WarderModel

/// A slot that wraps the root key, made where slow work may be done, and not yet the vault's.
package struct PreparedSlot: Sendable {
    package let slot: KeySlot
    /// The root key that it wraps: another may have taken its place by the time the slot is put in.
    let root: AEADKey
}

/// What a new slot opens with.
package enum SlotOpener: Sendable {
    case passphrase(SecretBytes, PasswordHash.Cost)
    /// At least 32 random bytes.
    case credential(SecretBytes)

    /// Wraps a root key. As slow as Argon2id is told to be.
    func wrap(_ root: AEADKey, vault: RecordID, at time: Timestamp) throws(SealingError) -> KeySlot {
        let salt = SecureRandom.bytes(count: KeySlot.credentialSaltBytes)
        switch self {
        case .passphrase(let secret, let cost):
            return try KeySlot.wrap(
                root: root,
                with: secret,
                kind: .passphrase(salt: salt, passes: cost.passes, memoryBytes: cost.memoryBytes),
                id: .random(),
                vault: vault,
                at: time
            )
        case .credential(let secret):
            return try KeySlot.wrap(
                root: root,
                with: secret,
                kind: .credential(salt: salt),
                id: .random(),
                vault: vault,
                at: time
            )
        }
    }
}

/// A new slot that is opened by shares, and the shares: shown once, and kept by nobody here.
package struct SharedSlot: Sendable {
    package let prepared: PreparedSlot
    package let shares: [Share]
}

extension Vault {
    /// Makes a slot for the present root key. Blocks for as long as Argon2id takes: off event loops only.
    ///
    /// - Throws: `sealed`; `wrongKey` for a credential that is too short; `memoryNotLocked`.
    package func prepareSlot(_ opener: SlotOpener) throws(Refusal) -> PreparedSlot {
        let (foundation, root) = try presentRoot()
        do {
            let slot = try opener.wrap(root, vault: foundation.vault, at: clock.now().wall)
            return PreparedSlot(slot: slot, root: root)
        } catch SealingError.malformed { throw .wrongKey } catch { throw .memoryNotLocked }
    }

    /// Makes a slot that any `threshold` of `count` shares open.
    ///
    /// - Throws: `sealed`, `memoryNotLocked`; `sharesOutOfRange` unless 2 ≤ threshold ≤ count ≤ 255.
    package func prepareShares(threshold: Int, count: Int) throws(Refusal) -> SharedSlot {
        let (foundation, root) = try presentRoot()
        do {
            let secret = try SecretBytes.random(count: KeyRing.keyByteCount)
            let shares = try Share.split(secret, threshold: threshold, count: count)
            guard let set = shares.first?.set else { throw ShareError.outOfRange }
            let slot = try KeySlot.wrap(
                root: root,
                with: secret,
                kind: .shares(salt: SecureRandom.bytes(count: KeySlot.credentialSaltBytes), set: set),
                id: .random(),
                vault: foundation.vault,
                at: clock.now().wall
            )
            return SharedSlot(prepared: PreparedSlot(slot: slot, root: root), shares: shares)
        } catch ShareError.outOfRange { throw .sharesOutOfRange } catch { throw .memoryNotLocked }
    }

    /// Changes the passphrase of a slot for somebody who knows the old one. Blocks for two times Argon2id.
    package func changePassphrase(
        of id: RecordID,
        from old: SecretBytes,
        to new: SecretBytes,
        cost: PasswordHash.Cost,
        by caller: Caller,
        completion: @escaping @Sendable (Result<KeySlot, Refusal>) -> Void
    ) {
        let outcome = Result { () throws(Refusal) in
            let (foundation, root) = try presentRoot()
            guard let slot = foundation.slots.first(where: { $0.id == id }) else { throw .slotMissing }
            guard slot.opener == .passphrase else { throw .slotTakesNoPassphrase }
            if let uid = caller.peer?.uid, case .wait = unsealThrottle.begin(uid, at: clock.now()) {
                throw .throttled
            }
            do {
                guard try slot.open(with: old, vault: foundation.vault).isSame(as: root) else {
                    throw Refusal.keysChanged
                }
            } catch SealingError.exhausted { throw .memoryNotLocked } catch { throw .wrongPassphrase }
            if let uid = caller.peer?.uid { unsealThrottle.succeed(uid) }
            return try prepareSlot(.passphrase(new, cost))
        }
        switch outcome {
        case .success(let prepared): submit(Keys.change(id, to: prepared, by: caller), completion: completion)
        case .failure(let reason):
            submit(Keys.refuse(.slotChange, reason, slot: id, by: caller), completion: completion)
        }
    }

    func presentRoot() throws(Refusal) -> (Foundation, AEADKey) {
        guard let foundation, let keys else { throw .sealed }
        return (foundation, keys.root)
    }
}

extension AEADKey {
    /// In constant time.
    func isSame(as other: AEADKey) -> Bool { bytes.isEqual(to: other.bytes) }
}
