/// What one field of a cron expression allows: `*`, `0,30`, `1-5`, `*/15`, `L`.
struct CronValues: Hashable, Sendable, CustomStringConvertible {
    private enum Element: Hashable {
        case everything(step: Int)
        case single(Int)
        case range(ClosedRange<Int>, step: Int)
        /// The last day of the month.
        case last
    }

    private let elements: [Element]
    /// A bit for each number that is allowed; Sunday is bit 0.
    private let bits: UInt64
    /// Whether the last day of the month is allowed, whichever it is.
    let hasLast: Bool

    init(_ text: Substring, field: CronField) throws(ScheduleError) {
        var elements: [Element] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            elements.append(try Self.element(part, field: field))
        }
        // A star in a list says nothing that the list does not; it would be a mistake.
        let stars = elements.contains { if case .everything(1) = $0 { true } else { false } }
        guard !stars || elements.count == 1 else { throw .badField(field) }
        self.elements = elements
        bits = elements.reduce(0) { $0 | Self.bits(of: $1, field: field) }
        hasLast = elements.contains(.last)
    }

    func contains(_ number: Int64) -> Bool { bits & (1 << UInt64(number)) != 0 }

    /// Whether the field is `*` or `?`.
    var isEverything: Bool { elements == [.everything(step: 1)] }

    /// The least number that is allowed.
    var least: Int64? { bits == 0 ? nil : Int64(bits.trailingZeroBitCount) }

    /// Numbers from `start` on that are allowed, ascending.
    func from(_ start: Int64) -> some Sequence<Int64> {
        sequence(state: start >= 64 ? 0 : bits & (UInt64.max << UInt64(start))) { rest in
            guard rest != 0 else { return nil }
            let number = Int64(rest.trailingZeroBitCount)
            rest &= rest - 1
            return number
        }
    }

    private static func element(_ text: Substring, field: CronField) throws(ScheduleError) -> Element {
        if text == "?", field.allowsQuestionMark { return .everything(step: 1) }
        if text.uppercased() == "L", field == .dayOfMonth { return .last }
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = halves.first, halves.count <= 2 else { throw .badField(field) }
        var step = 1
        if halves.count == 2 {
            guard let number = Int64(digits: halves[1]), (1...field.greatestStep).contains(Int(number)) else {
                throw .badStep(field)
            }
            step = Int(number)
        }
        if first == "*" { return .everything(step: step) }
        let ends = first.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count <= 2 else { throw .badField(field) }
        let lower = try number(ends[0], field: field)
        guard ends.count == 2 else {
            if halves.count == 1 || step == 1 && lower == field.everything.upperBound {
                return .single(field == .dayOfWeek && lower == 7 ? 0 : lower)
            }
            guard lower <= field.everything.upperBound else { throw .badStep(field) }
            return .range(lower...field.everything.upperBound, step: step)
        }
        var upper = try number(ends[1], field: field)
        // A week that ends with Sunday.
        if field == .dayOfWeek, upper == 0, lower > 0 { upper = 7 }
        guard lower <= upper else { throw .backwardRange(field) }
        return .range(lower...upper, step: step)
    }

    private static func number(_ text: Substring, field: CronField) throws(ScheduleError) -> Int {
        if let number = field.number(named: text) { return number }
        guard let number = Int64(digits: text) else { throw .badField(field) }
        guard field.range.contains(Int(number)) else { throw .outOfRange(field) }
        return Int(number)
    }

    private static func bits(of element: Element, field: CronField) -> UInt64 {
        let numbers: StrideThrough<Int>
        switch element {
        case .everything(let step):
            numbers = stride(from: field.everything.lowerBound, through: field.everything.upperBound, by: step)
        case .single(let number): numbers = stride(from: number, through: number, by: 1)
        case .range(let range, let step): numbers = stride(from: range.lowerBound, through: range.upperBound, by: step)
        case .last: return 0
        }
        return numbers.reduce(0) { $0 | 1 << UInt64(field == .dayOfWeek ? $1 % 7 : $1) }
    }

    /// Numbers instead of names, and nothing that could be left out.
    var description: String {
        elements.map { element in
            switch element {
            case .everything(let step): "*" + Self.suffix(step)
            case .single(let number): "\(number)"
            case .range(let range, let step): "\(range.lowerBound)-\(range.upperBound)" + Self.suffix(step)
            case .last: "L"
            }
        }.joined(separator: ",")
    }

    private static func suffix(_ step: Int) -> String { step == 1 ? "" : "/\(step)" }
}
