import Locking
package import Reviewing

/// What keeps the log from getting to where the database is not, as whoever brings it there found last.
package final class OutsideLog: Sendable {
    /// What lies there.
    package enum Part: Sendable {
        case checkpoints, events

        fileprivate var fact: AuditFacts.Outside {
            switch self {
            case .checkpoints: .checkpoints
            case .events: .events
            }
        }
    }

    package enum Fault: Sendable {
        /// Nothing can be written there.
        case unwritable
        /// There is a checkpoint of a longer log.
        case contradicted

        fileprivate var fact: AuditFacts.OutsideFault {
            switch self {
            case .unwritable: .unwritable
            case .contradicted: .contradicted
            }
        }
    }

    private let faults = Locked<[Part: Fault]>([:])

    /// `nil`: it got there.
    package func note(_ fault: Fault?, of part: Part) { faults.withLock { $0[part] = fault } }

    /// For a review.
    package var facts: [AuditFacts.Outside: AuditFacts.OutsideFault] {
        var facts: [AuditFacts.Outside: AuditFacts.OutsideFault] = [:]
        for (part, fault) in faults.withLock({ $0 }) { facts[part.fact] = fault.fact }
        return facts
    }
}
