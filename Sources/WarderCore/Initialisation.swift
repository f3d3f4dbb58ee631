package import SecretMemory
package import Sealing
package import WarderCrypto
package import WarderModel

/// A new vault, made but not yet written: keys, first slot, first operator.
package struct Initialisation: Sendable {
    package let foundation: Foundation
    package let ring: KeyRing
    package let firstOperator: Operator

    /// What opens the first slot.
    package enum Opener: Sendable {
        case passphrase(SecretBytes, PasswordHash.Cost)
        /// At least 32 random bytes.
        case credential(SecretBytes)
    }

    /// Makes keys and wraps them. As slow as Argon2id is told to be: off event loops only.
    ///
    /// `presence`: the first operator's own passphrase.
    /// - Throws: `wrongKey` for a credential that is too short, `memoryNotLocked` when secret memory runs out.
    package init(
        profile: Profile,
        opener: Opener,
        operatorName: OperatorName,
        uid: UInt32,
        presence: PresenceVerifier?,
        at time: Timestamp
    ) throws(Refusal) {
        do {
            let vault = Self.randomID()
            let root = try AEADKey.random()
            let ring = try KeyRing.random(vault: vault, at: time)
            let slot: KeySlot
            switch opener {
            case .passphrase(let secret, let cost):
                slot = try KeySlot.wrap(
                    root: root,
                    with: secret,
                    kind: .passphrase(
                        salt: PasswordHash.randomSalt(),
                        passes: cost.passes,
                        memoryBytes: cost.memoryBytes
                    ),
                    id: Self.randomID(),
                    vault: vault,
                    at: time
                )
            case .credential(let secret):
                slot = try KeySlot.wrap(
                    root: root,
                    with: secret,
                    kind: .credential(salt: SecureRandom.bytes(count: KeySlot.credentialSaltBytes)),
                    id: Self.randomID(),
                    vault: vault,
                    at: time
                )
            }
            foundation = Foundation(
                vault: vault,
                created: time,
                profile: profile,
                inboxKey: try BoxKeyPair(secretKey: ring.current(.inbox).key).publicKey.bytes,
                logKey: try SigningKey(seed: ring.current(.signing).key).verifyingKey.bytes,
                slots: [slot],
                keyRing: try ring.sealed(under: root)
            )
            self.ring = ring
        } catch SealingError.malformed { throw .wrongKey } catch { throw .memoryNotLocked }
        firstOperator = Operator(
            id: Self.randomID(),
            name: operatorName,
            uid: uid,
            roles: profile == .singleUser ? [.admin, .rotator, .reader, .auditor] : [.admin],
            groups: [],
            presence: presence,
            created: time
        )
    }

    private static func randomID() -> RecordID {
        RecordID(bytes: SecureRandom.bytes(count: RecordID.byteCount)) ?? RecordID(high: 0, low: 0)
    }
}
