import WarderModel

/// Letting single calls through: what servers ask for, and what people say.
package enum Approvals {
    /// Requests of one server that may wait at a time.
    package static let mostPendingOfServer = 20
    /// Of one process: one that does not stop asking leaves room for the calls of the others.
    package static let mostPendingOfProcess = 10
    /// Requests that may wait in all.
    package static let mostPending = 200
    /// Seconds for which an approval that has ended can still be looked at; the log keeps what was said.
    static let remembered: Int64 = 7 * 86_400
    /// Standing approvals at most, those that have just ended among them.
    package static let mostStanding = 1000
    /// Approvals that have ended and are kept, at most.
    static let mostEnded = 1000

    static func describe(_ approval: Approval, _ event: inout Event, _ keys: OpenKeys) {
        let subject = approval.subject
        event.approval = approval.name.text
        Tools.describe(subject.tool, &event)
        event.toolDigest = subject.presentedDigest
        event.argumentsDigest = subject.arguments.map { keys.fingerprint(arguments: Array($0.utf8)) }
        event.onBehalfOf = subject.onBehalfOf
        event.agent = approval.agent
        event.session = approval.session
    }
}
