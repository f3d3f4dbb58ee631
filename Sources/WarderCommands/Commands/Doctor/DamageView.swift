import WarderWire

/// What is damaged, for people: each kind once, with its places.
struct DamageView {
    /// Places that are shown of each kind.
    private static let shown = 10

    let counts: [DamageCount]
    let findings: [DamageFinding]
    /// What has the places that are not shown: `--output json`.
    let rest: String

    /// How much there is in all: a gap in the log can have more events than can be counted.
    var total: Int {
        counts.reduce(0) { sum, count in
            let (total, overflow) = sum.addingReportingOverflow(count.count)
            return overflow ? .max : total
        }
    }

    /// What is there in all, in words: `3 damages`.
    var words: String { "\(total) \(total == 1 ? "damage" : "damages")" }

    func show(on console: Console) throws(CommandFailure) {
        for count in counts {
            let places = findings.filter { $0.kind == count.kind }
            guard let words = places.first else { continue }
            let text = "error    \(TerminalText.escaped(words.happened))  [\(TerminalText.escaped(count.kind))]"
            try console.print(console.hasColour ? Style.bad.applied(to: text) : text)
            for place in places.prefix(Self.shown) {
                try console.print("         \(TerminalText.escaped(place.place))")
            }
            let more = count.count - min(places.count, Self.shown)
            if more > 0 { try console.print("         and \(more) more: \(rest) lists them") }
            try console.print("         lost: \(TerminalText.escaped(words.lost))")
            try console.print("         good: \(TerminalText.escaped(words.good))")
            try console.print("         → \(TerminalText.escaped(words.remedy))")
        }
    }
}
