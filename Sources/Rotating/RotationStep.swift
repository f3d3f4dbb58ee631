/// What is asked of a rotator, one at a time. Each can be repeated: it finds out what an earlier try has done already.
package enum RotationStep: String, Sendable, Codable, CaseIterable {
    /// Checks everything that later steps need, and changes nothing.
    case preflight
    /// Makes the new credential, or decides what it will be.
    case create
    /// Makes it valid at the upstream.
    case set
    /// Uses it as a consumer would.
    case test
    /// Makes the one that it replaced invalid.
    case retire
    /// Takes back what `create` and `set` did.
    case discard
}

/// How far a rotation has come: the last thing that is certain.
package enum RotationPhase: String, Sendable, Codable, CaseIterable {
    case planned
    case preflight
    case created
    case set
    case tested
    case promoted
    /// Both versions are valid at the upstream.
    case overlapping
    case retired
    /// Nothing of it is left at the upstream, or what is left is listed; a person must act.
    case failed
    case aborted
    case rolledBack = "rolled-back"

    /// Whether nothing follows by itself or by `resume`.
    package var isEnd: Bool {
        switch self {
        case .retired, .aborted, .rolledBack: true
        case .planned, .preflight, .created, .set, .tested, .promoted, .overlapping, .failed: false
        }
    }
}

/// What a rotator says about a step.
package enum StepOutcome: String, Sendable, Codable {
    case done
    /// The step changed nothing.
    case failed
    /// It may have changed something: the answer did not come, or came half.
    case unknown
}

/// Who makes the new value.
package enum CredentialMaker: String, Sendable, Codable {
    case vault
    case upstream
}
