package import WarderModel

/// Moments as people read them: always UTC, as in the log, so that a table can be held against an exported event.
package struct Moment {
    let now: Timestamp

    package init(now: Timestamp) { self.now = now }

    /// For a column: `5m ago` or `in 3h` within two days, a date otherwise. What is not a moment stays as it is.
    package func short(_ text: String?) -> String {
        guard let text, let moment = Timestamp(rfc3339: text) else { return text ?? "" }
        let seconds = (moment.milliseconds - now.milliseconds) / 1000
        return abs(seconds) < 172_800 ? relative(seconds) : String(moment.description.prefix(10))
    }

    /// For a detail: `2026-11-21 09:30:00Z (5m ago)`.
    package func long(_ text: String?) -> String? {
        guard let text else { return nil }
        guard let moment = Timestamp(rfc3339: text) else { return text }
        let seconds = (moment.milliseconds - now.milliseconds) / 1000
        return "\(Self.absolute(moment)) (\(relative(seconds)))"
    }

    /// To the second: `2026-11-21 09:30:00Z`.
    package static func absolute(_ moment: Timestamp) -> String {
        let text = moment.description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8))Z"
    }

    /// `5m ago`, `in 3h`, `just now`.
    private func relative(_ seconds: Int64) -> String {
        let distance = abs(seconds)
        guard distance >= 5 else { return "just now" }
        let text =
            switch distance {
            case ..<120: "\(distance)s"
            case ..<7200: "\((distance + 30) / 60)m"
            case ..<172_800: "\((distance + 1800) / 3600)h"
            case ..<63_072_000: "\((distance + 43_200) / 86_400)d"
            default: "\(distance / 31_536_000)y"
            }
        return seconds < 0 ? "\(text) ago" : "in \(text)"
    }
}

extension Moment {
    /// Whether a date has passed or comes within a week.
    package func isNear(_ text: String?) -> Bool {
        guard let text, let moment = Timestamp(rfc3339: text) else { return false }
        return moment < now.adding(seconds: 604_800)
    }
}
