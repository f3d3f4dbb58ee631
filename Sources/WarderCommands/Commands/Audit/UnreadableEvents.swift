import StrictJSON

/// What the log has in place of an event of which it does not know what it said.
enum MissingContent: String {
    /// It does not open, or cannot be read.
    case damaged

    /// The beginning of such a line, and of no event.
    static let openings = [Array("{\"damaged\":".utf8)]

    /// `nil` for an event.
    init?(_ root: JSONNode) {
        guard (try? root.member(Self.damaged.rawValue)?.bool()) == true else { return nil }
        self = .damaged
    }

    /// Whether a line of an export is no event, by its first bytes.
    static func isOpening(_ line: [UInt8]) -> Bool { openings.contains { line.starts(with: $0) } }
}

/// Counts the events that an answer had to do without.
struct UnreadableEvents {
    private(set) var count = 0
    private var last: Int64 = 0

    /// Whether the event is one of them. One that comes again, because the log is gone through twice, counts once.
    mutating func take(_ event: EventLine) -> Bool {
        guard event.missing != nil else { return false }
        if event.number > last {
            count += 1
            last = event.number
        }
        return true
    }

    /// Tells people that the answer is not the whole truth.
    func tell(_ console: Console) {
        guard count > 0 else { return }
        console.message(
            "events that could not be read, and are not counted here: \(count)",
            hints: ["What is damaged: warder doctor --deep"]
        )
    }
}
