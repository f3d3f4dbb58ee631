/// What many schedules cost while nothing is due, and how a vault begins with many that are overdue.
struct ScheduleFigures: Encodable {
    let schedules: Int
    /// For how long both daemons were left alone, and what each had of the processors meanwhile.
    let idleSeconds: Double
    let idleProcessorSeconds: Double
    let idleWakes: Int
    /// The same of a daemon with nothing in it, at the same time.
    let emptyProcessorSeconds: Double
    let emptyWakes: Int
    /// For how long the start was watched.
    let startSeconds: Double
    /// Rotations that began meanwhile, and how many an even spread would have begun.
    let begun: Int
    let evenlyBegun: Double
    /// The most that began within one second.
    let busiestSecond: Int
    /// The most steps that were at workers at once, and how many the configuration allows.
    let mostAtOnce: Int
    let limit: Int

    /// Wakes, and not seconds: both daemons use so little that what else the machine does decides the rest.
    var wakesRatio: Double { Double(idleWakes) / Double(max(emptyWakes, 1)) }
    var processorRatio: Double { idleProcessorSeconds / emptyProcessorSeconds }
    var spreadRatio: Double { Double(begun) / evenlyBegun }
    var busiestRatio: Double { Double(busiestSecond) * startSeconds / Double(max(begun, 1)) }
    var limitRatio: Double { Double(mostAtOnce) / Double(limit) }

    static let wakesTarget = 1.1
    static let spreadTarget = 0.9...1.1
    static let busiestTarget = 2.0
    static let limitTarget = 1.0

    enum CodingKeys: String, CodingKey {
        case schedules, begun, limit
        case idleSeconds = "idle_seconds"
        case idleProcessorSeconds = "idle_processor_seconds"
        case idleWakes = "idle_wakes"
        case emptyProcessorSeconds = "empty_processor_seconds"
        case emptyWakes = "empty_wakes"
        case startSeconds = "start_seconds"
        case evenlyBegun = "evenly_begun"
        case busiestSecond = "busiest_second"
        case mostAtOnce = "most_at_once"
    }

    /// For `ratios`.
    var ratios: [String: Double] {
        [
            "idle_wakes_with_schedules": wakesRatio, "idle_processor_with_schedules": processorRatio,
            "overdue_begun_vs_even": spreadRatio, "overdue_busiest_second_vs_mean": busiestRatio,
            "overdue_at_once_vs_limit": limitRatio,
        ]
    }
}
