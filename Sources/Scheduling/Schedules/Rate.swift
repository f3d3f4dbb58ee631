import WarderModel

/// An interval of fixed length: `12 hours`.
struct Rate: Hashable, Sendable, CustomStringConvertible {
    enum Unit: String, CaseIterable, Sendable {
        case minute, hour, day, week

        var seconds: Int64 {
            switch self {
            case .minute: 60
            case .hour: 3600
            case .day: 86_400
            case .week: 604_800
            }
        }
    }

    let count: Int64
    let unit: Unit

    init(_ text: Substring) throws(ScheduleError) {
        let words = text.split(separator: " ")
        guard words.count == 2, let count = Int64(digits: words[0]), count > 0,
            let unit = Unit.allCases.first(where: { $0.rawValue == words[1] || $0.rawValue + "s" == words[1] })
        else { throw .badRate }
        self.count = count
        self.unit = unit
    }

    var seconds: Int64 { count * unit.seconds }

    func next(after: Timestamp, anchor: Timestamp) -> Timestamp {
        guard after >= anchor else { return anchor.adding(seconds: seconds) }
        let passed = (after.milliseconds - anchor.milliseconds) / (seconds * 1000)
        return anchor.adding(seconds: (passed + 1) * seconds)
    }

    var description: String { "\(count) \(unit.rawValue)\(count == 1 ? "" : "s")" }
}

extension Int64 {
    /// One to six decimal digits: more than any schedule counts, and far from overflow.
    init?(digits text: Substring) {
        guard (1...6).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        self = text.utf8.reduce(0) { $0 * 10 + Int64($1 - 48) }
    }
}
