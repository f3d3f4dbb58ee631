import WarderModel

/// Findings, in the order in which they were made: each once, events that follow each other as one, and of every kind
/// no more than can be read.
struct DamageList {
    /// Findings of one kind that are listed; the others are counted.
    static let listed = 1000

    private(set) var findings: [Damage] = []
    private(set) var counts: [Damage.Kind: Int] = [:]
    private var seen: Set<Damage> = []
    private var listedRuns: [Damage.Kind: Int] = [:]
    /// Where the last finding about events of a kind stands.
    private var runs: [Damage.Kind: (index: Int?, range: ClosedRange<UInt64>)] = [:]

    var isEmpty: Bool { counts.isEmpty }

    mutating func add(_ kind: Damage.Kind, _ subject: Damage.Subject, name: String? = nil) {
        if case .events(let range) = subject { return add(kind, events: range) }
        let damage = Damage(kind, subject, name: name)
        guard !seen.contains(damage) else { return }
        counts[kind, default: 0] += 1
        // What is beyond the list is not remembered either: it may be counted twice, and memory stays bounded.
        guard counts[kind, default: 0] <= Self.listed else { return }
        seen.insert(damage)
        findings.append(damage)
    }

    private mutating func add(_ kind: Damage.Kind, events range: ClosedRange<UInt64>) {
        let known = counts[kind, default: 0]
        // A number at the end of all numbers makes a gap that cannot be counted.
        let (total, overflow) = known.addingReportingOverflow(Int(clamping: range.upperBound - range.lowerBound))
        counts[kind] = overflow || total == .max ? .max : total + 1
        if let run = runs[kind], run.range.upperBound &+ 1 == range.lowerBound {
            let longer = run.range.lowerBound...range.upperBound
            runs[kind] = (run.index, longer)
            if let index = run.index { findings[index] = Damage(kind, .events(longer)) }
            return
        }
        listedRuns[kind, default: 0] += 1
        let isListed = listedRuns[kind, default: 0] <= Self.listed
        runs[kind] = (isListed ? findings.count : nil, range)
        if isListed { findings.append(Damage(kind, .events(range))) }
    }
}
