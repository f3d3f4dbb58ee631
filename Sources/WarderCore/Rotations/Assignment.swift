package import WarderModel

/// What a worker is given to do.
package enum Assignment: Sendable {
    /// A step of a rotation, with the values that it needs.
    case step(Handout)
    /// To run the program that tells people, without any value.
    case notice(NoticeOrder)

    package var id: RecordID {
        switch self {
        case .step(let handout): handout.id
        case .notice(let order): order.id
        }
    }
}

/// One try of telling people.
package struct NoticeOrder: Sendable {
    /// Names this one try; an answer to an earlier one is not taken.
    package let id: RecordID
    package let notice: Notice
    /// Who has it already.
    package let told: Set<Notice.Way>
    /// How long the program may take, in seconds.
    package let seconds: Int64
}
