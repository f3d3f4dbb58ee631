package import WarderModel

/// What came of asking for a credential: it, or an approval that people have to give first.
package enum Requested<Answer: Sendable>: Sendable {
    case done(Answer)
    case waits(ApprovalStatus)

    /// What was asked for.
    /// - Throws: `approvalPending` where people have to be asked.
    package func get() throws(Refusal) -> Answer {
        switch self {
        case .done(let answer): return answer
        case .waits: throw .approvalPending
        }
    }
}

/// Where an approval stands, as its server may know: not who was asked, and not who said what.
package struct ApprovalStatus: Sendable, Equatable {
    package let id: ApprovalID
    package let standing: Approval.Standing
    /// When it ends if nothing happens.
    package let expires: Timestamp
}
