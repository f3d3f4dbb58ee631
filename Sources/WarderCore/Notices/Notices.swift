import Alerting
import HashTreeCollections
import Rotating
import WarderModel

/// What the vault writes down about telling people.
package enum Notices {
    /// Writes down what came of telling, one event for each try.
    ///
    /// `isOver`: it was delivered, or is given up, and is not sent again.
    package static func sent(_ notice: Notice, _ answer: HandoutAnswer, try number: Int, isOver: Bool) -> Command<Void>
    {
        Command(
            .noticeSend,
            by: .vault(),
            describe: {
                notice.subject.describe(&$0)
                $0.changes = [
                    "notice=\(notice.kind.rawValue)", "notice_id=\(notice.id)",
                    "outcome=\(answer.answer.outcome.rawValue)", "try=\(number)",
                ]
                if isOver, answer.answer.outcome != .done { $0.changes.append("given-up") }
                $0.changes += answer.told.map { "told=\($0.rawValue)" }.sorted()
                // What the program says is a claim.
                $0.purpose = answer.answer.message
            }
        ) { transaction, event throws(Refusal) in
            if isOver { try transaction.noteTold(notice, answer.answer.outcome == .done, &event) }
        }
    }
}

extension Notice.Subject {
    fileprivate func describe(_ event: inout Event) {
        switch self {
        case .rotation(let secret): event.secret = secret
        case .approval(let id): event.approval = id.text
        case .alert(_, let server): event.server = server
        }
    }
}

extension Transaction {
    /// Where the subject is gone meanwhile, nobody will be told of it again anyway.
    fileprivate mutating func noteTold(_ notice: Notice, _ isHeard: Bool, _ event: inout Event) throws(Refusal) {
        switch notice.subject {
        case .rotation(let secret):
            guard var rotation = state.rotations[secret] else { return }
            rotation.tell(notice.kind.rawValue, notice.id)
            try put(rotation, &event)
        case .approval(let id):
            guard var approval = state.approvals[id] else { return }
            approval.tell(notice.kind.rawValue)
            try put(approval, &event)
        case .alert(let id, _):
            guard var alert = state.alerts[id] else { return }
            if isHeard { alert.told = notice.id } else { alert.gaveUp = now.wall }
            try put(alert, &event)
        }
    }
}
