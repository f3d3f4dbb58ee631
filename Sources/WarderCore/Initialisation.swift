import SecretMemory
package import Sealing
import WarderCrypto
package import WarderModel

/// A new vault, made but not yet written: keys, first slot, first operator.
package struct Initialisation: Sendable {
    package let foundation: Foundation
    package let ring: KeyRing
    let root: AEADKey
    package let firstOperator: Operator

    /// Makes keys and wraps them. As slow as Argon2id is told to be: off event loops only.
    ///
    /// `presence`: the first operator's own passphrase.
    /// - Throws: `wrongKey` for a credential that is too short, `memoryNotLocked` when secret memory runs out.
    package init(
        profile: Profile,
        opener: SlotOpener,
        operatorName: OperatorName,
        uid: UInt32,
        presence: PresenceVerifier?,
        at time: Timestamp
    ) throws(Refusal) {
        do {
            let vault = RecordID.random()
            let root = try AEADKey.random()
            let ring = try KeyRing.random(vault: vault, at: time)
            let slot = try opener.wrap(root, vault: vault, at: time)
            foundation = Foundation(
                vault: vault,
                created: time,
                profile: profile,
                inboxKey: try BoxKeyPair(secretKey: ring.current(.inbox).key).publicKey.bytes,
                logKey: try SigningKey(seed: ring.current(.signing).key).verifyingKey.bytes,
                slots: [slot],
                keyRing: try ring.sealed(under: root, profile: profile),
                rootCreated: time
            )
            self.ring = ring
            self.root = root
        } catch SealingError.malformed { throw .wrongKey } catch { throw .memoryNotLocked }
        firstOperator = Operator(
            id: .random(),
            name: operatorName,
            uid: uid,
            roles: profile == .singleUser ? [.admin, .rotator, .reader, .auditor] : [.admin],
            groups: [],
            presence: presence,
            created: time
        )
    }
}
