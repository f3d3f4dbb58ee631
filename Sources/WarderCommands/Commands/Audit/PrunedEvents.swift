import StrictJSON

/// Events that an export passed over, because they had been pruned: whoever reads it must not take it for complete.
struct PrunedEvents {
    /// What the export would have of them, were they still there.
    enum Reach {
        /// All, and it has their hashes.
        case hashes
        /// All.
        case all
        /// Those that match.
        case matching
        /// Those of a time, and of these the ones that match.
        case within
    }

    private let count: Int64
    /// Number of the last.
    private let through: Int64
    /// Every one happened before this, RFC 3339.
    private let before: String
    /// Events up to there that are damaged, and were not pruned.
    private let damaged: Int64

    /// `nil` for an answer that is none.
    init?(_ node: JSONNode) {
        guard let count = node.member("events").flatMap({ try? $0.int() }),
            let through = node.member("through").flatMap({ try? $0.int() }),
            let before = EventLine.text(node.member("before"))
        else { return nil }
        (self.count, self.through, self.before) = (count, through, before)
        damaged = node.member("damaged").flatMap { try? $0.int() } ?? 0
    }

    func tell(of reach: Reach, _ console: Console) {
        let which = "number 1 to \(through), all from before \(Session.text(before))"
        var hints: [String]
        switch reach {
        case .hashes: hints = ["It has their hashes alone: their contents were pruned."]
        case .all: hints = ["They are not in it: their contents were pruned."]
        case .matching: hints = ["Whether any of them would have matched, nobody knows: their contents were pruned."]
        case .within:
            hints = ["How many are of this time, and would have matched, nobody knows: their contents were pruned."]
        }
        // With their hashes the damaged ones are in the export themselves, and were counted.
        if damaged > 0, reach != .hashes {
            hints.append("\(damaged) more up to there are damaged, and not in it either: warder doctor --deep")
        }
        let most = reach == .within ? "up to " : ""
        console.message("\(most)\(count) events that were asked for had been pruned: \(which)", hints: hints)
    }
}
