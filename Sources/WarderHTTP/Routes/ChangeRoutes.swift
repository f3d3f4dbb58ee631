import NIOHTTP1
import WarderCore
import WarderModel
import WarderWire

/// Telling servers what has changed for them.
extension RouteTable {
    static let changes = Route(.GET, "/v1/changes", query: ["since", "wait"]) { exchange throws(Problem) in
        try exchange.awaitChanges()
    }
}

extension Exchange {
    fileprivate func awaitChanges() throws(Problem) -> Work {
        let since = try target.parameter("since")
        let seconds = try Self.waitSeconds(target.parameter("wait"))
        let (vault, caller) = (vault, caller)
        let ask:
            @Sendable (@escaping @Sendable (@escaping @Sendable () -> Work.Outcome) -> Void) -> @Sendable () -> Void =
                { finish in
                    vault.changes.ask(vault, after: since, seconds: seconds, by: caller) { outcome in
                        finish { outcome.map(Self.answer) }
                    }
                }
        if seconds == 0 { return .decision(.secretWatch) { finish in _ = ask(finish) } }
        guard vault.changes.hasRoom(for: caller) else { throw .tooManyLongPolls }
        return .wait(ask)
    }

    private static func answer(_ answer: ChangeBoard.Answer) -> Answer {
        .json(
            ChangeList(
                next: answer.cursor,
                changes: answer.news.changes.map { ChangeList.Entry(secret: $0.secret.text, version: $0.version) },
                reset: answer.news.isReset
            )
        )
    }

    /// Less than the time that a long poll may take, in seconds.
    private static let longestWait = 55

    /// How long a long poll waits: `55` and `55s` are the same, and nothing is 0.
    static func waitSeconds(_ text: String?) throws(Problem) -> Int {
        guard let text else { return 0 }
        let digits = text.hasSuffix("s") ? text.dropLast() : text[...]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let seconds = Int(digits),
            (0...Self.longestWait).contains(seconds)
        else { throw .invalid("wait is a number of seconds from 0 to \(Self.longestWait).") }
        return seconds
    }
}
