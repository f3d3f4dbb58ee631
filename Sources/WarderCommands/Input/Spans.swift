package import WarderModel

/// Durations as people write them: `30s`, `5m`, `1h30m`, `7d`, `2w`.
package enum DurationText {
    private static let secondsByUnit: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]

    /// Seconds, more than zero; `nil` for anything else. A number without a unit is nothing: seconds and minutes
    /// differ.
    package static func seconds(_ text: String) -> Int64? {
        var total: Int64 = 0
        var number: Int64?
        for character in text {
            if let digit = character.isASCII ? character.wholeNumberValue : nil {
                let (product, overflow) = (number ?? 0).multipliedReportingOverflow(by: 10)
                let (sum, carry) = product.addingReportingOverflow(Int64(digit))
                guard !overflow, !carry else { return nil }
                number = sum
            } else {
                guard let count = number, let unit = secondsByUnit[character] else { return nil }
                let (product, overflow) = count.multipliedReportingOverflow(by: unit)
                let (sum, carry) = total.addingReportingOverflow(product)
                guard !overflow, !carry else { return nil }
                total = sum
                number = nil
            }
        }
        return number == nil && total > 0 ? total : nil
    }

    /// The shortest way to write it: `300` is `5m`.
    package static func text(_ seconds: Int64) -> String {
        var rest = seconds
        var text = ""
        for (unit, size) in [("d", Int64(86_400)), ("h", 3600), ("m", 60), ("s", 1)] where rest >= size {
            text += "\(rest / size)\(unit)"
            rest %= size
        }
        return text.isEmpty ? "0s" : text
    }

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
