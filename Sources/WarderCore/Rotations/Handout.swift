package import Rotating
package import Sealing
package import WarderModel

/// One step of a rotation with the values that it needs: what leaves the vault for the worker, after the event that says
/// so is on disk.
package struct Handout: Sendable {
    package struct Version: Sendable {
        package let number: UInt32
        package let fields: SecretFields
    }

    /// The secret with which the rotator logs in.
    package struct Helper: Sendable {
        package let name: SecretName
        package let version: Version
    }

    /// Names this one try; an answer to an earlier one is not taken.
    package let id: RecordID
    package let secret: SecretName
    /// The same in every step and repetition.
    package let rotation: RecordID
    package let step: RotationStep
    package let attempt: Int
    package let rotator: Rotator
    package let settings: [RotatorSetting: PlainText]
    /// What is valid beside the candidate, and in `retire` what stays valid; `nil` where the secret has no version yet.
    package let current: Version?
    package let candidate: Version?
    package let retiring: Version?
    package let handle: PlainText?
    package let helper: Helper?
    /// How long the rotator may take, in seconds.
    package let seconds: Int64
}

/// What the rotator says of a handout.
package struct HandoutAnswer: Sendable {
    package var answer: StepAnswer
    /// Of `create` alone: what the upstream made, or decided.
    package var fields: SecretFields?
    /// Of `create` alone: when the upstream stops accepting what it made.
    package var expires: Timestamp?
    /// Of a notice alone: who has it, where not everybody has.
    package var told: Set<Notice.Way>

    package init(
        _ answer: StepAnswer,
        fields: SecretFields? = nil,
        expires: Timestamp? = nil,
        told: Set<Notice.Way> = []
    ) {
        self.answer = answer
        self.fields = fields
        self.expires = expires
        self.told = told
    }
}
