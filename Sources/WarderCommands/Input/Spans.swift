package import WarderModel

extension DurationText {
    /// For `transform:` of an option.
    package static func parse(_ text: String) throws -> Int64 {
        guard let seconds = seconds(text) else { throw InputError("write a number and a unit: 30s, 5m, 1h, 7d") }
        return seconds
    }

    /// For `transform:` of an option that says how long a token lives.
    package static func tokenLife(_ text: String) throws -> Int64 {
        let seconds = try parse(text)
        guard seconds <= Token.maximumLifetime else {
            throw InputError("a token lives at most \(self.text(Token.maximumLifetime))")
        }
        return seconds
    }

    /// For `transform:` of an option that says how old a value may get.
    package static func staleness(_ text: String) throws -> Int64 {
        let seconds = try parse(text)
        guard (1...Grant.longestStaleness).contains(seconds) else {
            let most = self.text(Grant.longestStaleness)
            throw InputError("a value is used for at most \(most) more; without the option, never")
        }
        return seconds
    }
}

/// Moments as people write them: a date, RFC 3339, or a duration from now.
package enum MomentText {
    /// Which way a duration counts.
    package enum Direction: Sendable { case past, future }

    /// RFC 3339 as the vault takes it; a bare date stays one.
    ///
    /// - Throws: `.usage` for what is no moment, and for one in the past where one in the future is meant.
    package static func resolve(
        _ text: String,
        _ direction: Direction,
        option: String,
        now: Timestamp
    ) throws(CommandFailure) -> String {
        if let moment = Timestamp(rfc3339: text) {
            guard direction == .past || now < moment else {
                throw .usage("\(option) lies in the past: \(text)", hints: ["It is \(now.description) now"])
            }
            return text
        }
        guard let seconds = DurationText.seconds(text), seconds <= 100 * 31_557_600 else {
            throw .usage(
                "\(option) takes a date (2027-01-31), a moment (2027-01-31T09:00:00Z) or a duration (24h, 90d)"
            )
        }
        return now.adding(seconds: direction == .past ? -seconds : seconds).description
    }
}
