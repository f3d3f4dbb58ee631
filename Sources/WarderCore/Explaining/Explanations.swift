import WarderModel

/// Saying beforehand what becomes of a request.
package enum Explanations {
    /// Reads only: nothing is issued, and no use, share or approval is taken. Requires `admin` or `auditor`.
    package static func explain(_ question: Explanation.Question, by caller: Caller) -> Command<Explanation> {
        Command(
            .reportRead,
            by: caller,
            describe: {
                $0.server = question.tool.server
                $0.tool = question.tool
                $0.secret = question.secret
                $0.fields = question.fields
            }
        ) { transaction, event throws(Refusal) in
            let explanation = ExplanationWalk(
                question,
                in: transaction.state,
                rates: transaction.rates,
                at: transaction.now
            ).explanation()
            event.changes = ["explained=\(explanation.refusal?.rawValue ?? explanation.verdict)"]
            return explanation
        }
    }
}
