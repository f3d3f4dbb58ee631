import SecretMemory
import Sealing
import SecretShares
import StrictJSON
import WarderCore
import WarderModel
import WarderWire

/// Request bodies that hold what opens the vault.
enum KeyBodies {
    /// A passphrase, or a credential, or a threshold and a number of shares.
    struct AddSlot: Decodable {
        var passphrase: SecretField?
        var credentialBase64: SecretField?
        var threshold: Int?
        var shares: Int?

        enum CodingKeys: String, CodingKey {
            case passphrase, threshold, shares
            case credentialBase64 = "credential_base64"
        }
    }

    struct BringShare: Decodable {
        var share: SecretField
        /// The name of the attempt that it belongs to.
        var attempt: String?
    }

    struct ChangePassphrase: Decodable {
        var old: SecretField
        var new: SecretField
    }

    struct RotateRoot: Decodable {
        var slots: [OpenedSlot]
        var drop: [String]?
    }

    /// A slot, and what opens it: a passphrase, or a credential, or enough of its shares.
    struct OpenedSlot: Decodable {
        var slot: String
        var passphrase: SecretField?
        var credentialBase64: SecretField?
        var shares: [SecretField]?

        enum CodingKeys: String, CodingKey {
            case slot, passphrase, shares
            case credentialBase64 = "credential_base64"
        }

        func opening(_ id: RecordID) throws(Problem) -> RootRotation.Opening {
            switch (passphrase, credentialBase64, shares) {
            case (.some(let passphrase), .none, .none):
                return RootRotation.Opening(slot: id, .secret(passphrase.bytes))
            case (.none, .some(let credential), .none):
                return RootRotation.Opening(slot: id, .secret(try credential.decodedBase64()))
            case (.none, .none, .some(let shares)):
                return RootRotation.Opening(slot: id, .shares(shares.map(\.bytes)))
            default: throw .invalid("A slot is opened by a passphrase, or a credential, or shares.")
            }
        }
    }
}

extension KeysAnswer {
    init(_ overview: Keys.Overview) {
        self.init(
            slots: overview.slots.map(KeySlotSummary.init),
            rootCreated: overview.rootCreated.description,
            keys: overview.keys.map {
                KeySummary(
                    purpose: $0.purpose.name,
                    epoch: $0.epoch,
                    created: $0.created.description,
                    current: $0.isNewest
                )
            },
            rowsUnderOldKeys: overview.rowsUnderOldKeys,
            standsStill: overview.standsStill ? true : nil
        )
    }
}

extension KeySlotSummary {
    init(_ slot: KeySlot) {
        var set: ShareSet?
        if case .shares(_, let its) = slot.kind { set = its }
        self.init(
            id: slot.id.description,
            kind: slot.kindName,
            created: slot.created.description,
            threshold: set?.threshold,
            shares: set?.count
        )
    }
}

extension ShareSetSummary {
    /// `nil` for a slot that something else opens.
    init?(_ slot: KeySlot) {
        guard case .shares(_, let set) = slot.kind else { return nil }
        self.init(threshold: set.threshold, shares: set.count)
    }
}

extension LogKeyRotated {
    init(_ rotation: LogKeyRotation) {
        self.init(epoch: rotation.epoch, logKey: rotation.key, events: rotation.size)
    }
}

extension RootRotated {
    init(_ rotation: RootKeyRotation) {
        self.init(
            slots: rotation.slots.map(KeySlotSummary.init),
            rows: rotation.rows,
            log: rotation.log.map(LogKeyRotated.init)
        )
    }
}

extension Problem {
    /// Which slot it was, beside what is wrong: whoever opens several of them has to know.
    init(_ obstacle: RootRotation.Obstacle) {
        self = .forOperator(obstacle.refusal, about: .keyRotateRoot)
        guard let slot = obstacle.slot else { return }
        message =
            obstacle.refusal == .wrongKey
            ? "What was given for key slot \(slot) does not open it." : "Key slot \(slot): \(message)"
    }
}

extension EnrolmentProgress {
    /// `nil` for shares that are to open the vault.
    init?(_ progress: ShareGathering.Progress) {
        guard case .enrolment(let name) = progress.purpose else { return nil }
        self.init(
            operatorName: name.text,
            attempt: progress.attempt,
            have: progress.indexes,
            need: progress.threshold,
            secondsLeft: progress.secondsLeft
        )
    }
}

extension UnsealingProgress {
    /// `nil` for shares that are for something else.
    init?(_ progress: ShareGathering.Progress) {
        guard progress.purpose == .unsealing else { return nil }
        self.init(
            attempt: progress.attempt,
            have: progress.indexes,
            need: progress.threshold,
            secondsLeft: progress.secondsLeft
        )
    }
}
