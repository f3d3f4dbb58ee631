package import SecretMemory
import Sealing
import WarderCrypto
package import WarderModel

/// A new root key, wrapped again by every slot that stays.
///
/// Slots keep no key that could wrap another root for them: whoever once had the old root would have it too. So each is
/// opened again, or goes.
package struct RootRotation: Sendable {
    /// What opens a slot that stays.
    package struct Opening: Sendable {
        package let slot: RecordID
        package let secret: SecretBytes

        package init(slot: RecordID, secret: SecretBytes) {
            self.slot = slot
            self.secret = secret
        }
    }

    let oldRoot: AEADKey
    let root: AEADKey
    let slots: [KeySlot]
    let dropped: Set<RecordID>
}

extension Vault {
    /// Makes a root key and wraps it for each slot that is opened. Blocks for two times Argon2id for each passphrase.
    ///
    /// - Throws: `wrongKey` for a secret that does not open its slot, `slotMissing`, `keysChanged` for a slot that is
    ///   neither opened nor dropped, `sealed`, `memoryNotLocked`.
    package func prepareRootRotation(
        _ openings: [RootRotation.Opening],
        dropping dropped: Set<RecordID>
    ) throws(Refusal) -> RootRotation {
        let (foundation, oldRoot) = try presentRoot()
        let root: AEADKey
        do { root = try AEADKey.random() } catch { throw .memoryNotLocked }
        var slots: [KeySlot] = []
        for old in foundation.slots where !dropped.contains(old.id) {
            guard let opening = openings.first(where: { $0.slot == old.id }) else { throw .slotNotOpened }
            do {
                guard try old.open(with: opening.secret, vault: foundation.vault).isSame(as: oldRoot) else {
                    throw Refusal.keysChanged
                }
                slots.append(
                    try KeySlot.wrap(
                        root: root,
                        with: opening.secret,
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
