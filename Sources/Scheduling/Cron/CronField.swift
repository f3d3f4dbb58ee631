/// The five fields of a cron expression, in their order.
package enum CronField: Int, CaseIterable, Hashable, Sendable {
    case minute, hour, dayOfMonth, month, dayOfWeek

    package var name: String {
        switch self {
        case .minute: "minute"
        case .hour: "hour"
        case .dayOfMonth: "day of the month"
        case .month: "month"
        case .dayOfWeek: "day of the week"
        }
    }

    /// Numbers that may be written. Sunday is 0 and 7.
    package var range: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        }
    }

    /// What `*` stands for, and where a step from a single number ends.
    var everything: ClosedRange<Int> { self == .dayOfWeek ? 0...6 : range }

    /// A longer step than the field would be a single number, and most likely a mistake (`*/90` minutes).
    var greatestStep: Int { everything.upperBound - everything.lowerBound }

    /// The number that a name stands for. Names are English, of three letters, in either case.
    func number(named name: Substring) -> Int? {
        let names: [String]
        switch self {
        case .month: names = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        case .dayOfWeek: names = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        default: return nil
        }
        return names.firstIndex(of: name.uppercased()).map { $0 + range.lowerBound }
    }

    var allowsQuestionMark: Bool { self == .dayOfMonth || self == .dayOfWeek }

    var example: String {
        switch self {
        case .minute: "*, 30, 0,30 or */15"
        case .hour: "*, 3, 1-5 or */6"
        case .dayOfMonth: "*, ?, 15, 1,15 or L for the last day"
        case .month: "*, 6, JAN-MAR or */3"
        case .dayOfWeek: "*, ?, 1 or MON (0 and 7 are SUN), or MON-FRI"
        }
    }

    var exampleOfTwoRanges: String {
        switch self {
        case .minute: "50-59,0-10"
        case .hour: "22-23,0-4"
        case .dayOfMonth: "28-31,1-3"
        case .month: "NOV-DEC,JAN-FEB"
        case .dayOfWeek: "FRI-SUN,MON-TUE"
        }
    }

    var exampleStep: Int {
        switch self {
        case .minute: 15
        case .hour: 6
        case .dayOfMonth: 10
        case .month: 3
        case .dayOfWeek: 2
        }
    }
}
