package import Reviewing
import Rotating
import StrictJSON
import WarderModel

extension Vault {
    /// Events that are looked at for the newest notice that was delivered: bounds the time of an answer.
    private static let noticeBudget = 200_000
    /// Tries of notices among them: more than a receiver that hangs makes in those days.
    private static let mostTries = 5000
    /// The vault wrote these bytes itself.
    private static let ownBytes = JSONLimits(maxBytes: .max, maxMembers: .max, maxTokens: .max)

    /// When everybody whom the configuration names was last told of something, as the log says. A line in the configuration
    /// shows that somebody is to be told, and nothing more. Blocks; never on an event loop.
    ///
    /// - Returns: the fact, with `nil` where there was none in ``AlertFacts/toldDays``; or why there is none.
    package func lastTold() -> Fact<Instant?> {
        let since = clock.now().wall.adding(seconds: Int64(-AlertFacts.toldDays) * 86_400)
        let condition = EventFilter.Condition(field: "type", value: Action.noticeSend.rawValue)
        let page: Log.Page
        do throws(Refusal) {
            page = try events(
                matching: EventFilter(conditions: [condition].compactMap(\.self), since: since),
                after: sequence + 1,
                limit: Self.mostTries,
                budget: Self.noticeBudget,
                newestFirst: true
            )
        } catch { return .notEvaluated("The log cannot be read, which knows whether anybody was told.") }
        if let time = page.events.lazy.compactMap(Self.delivered).first { return .known(Instant(time)) }
        guard page.isComplete else {
            return .notEvaluated(
                "None of the last \(Self.noticeBudget) events is a notice that was delivered; older ones were not read."
            )
        }
        if let pruned = page.pruned, pruned.before > since {
            return .notEvaluated("The log was pruned up to \(pruned.before), and knows of no delivered notice since.")
        }
        return .known(nil)
    }

    /// When a try came to its end by everybody having the notice; `nil` where it did not, or cannot be read.
    private static func delivered(_ event: NumberedEvent) -> Timestamp? {
        guard let bytes = event.canonical, let document = try? JSONDocument(copying: bytes.span, limits: ownBytes),
            let changes = document.root.member("changes"),
            changes.elements.contains(where: { (try? $0.string()) == "outcome=\(StepOutcome.done.rawValue)" })
        else { return nil }
        return document.root.member("time").flatMap { try? $0.string() }.flatMap(Timestamp.init(rfc3339:))
    }
}
