/// Events that an export has by their leaves alone, until a prune in it explains that.
///
/// A prune stands behind the events that it took, and the last one explains all that went before it. However the leaves
/// lie, a bounded number of ranges is kept.
struct UnexplainedLeaves {
    private static let limit = LogVerdict.faultLimit

    /// The first ranges.
    private var kept: [ClosedRange<UInt64>] = []
    /// The greatest number, kept or not.
    private var last: UInt64 = 0
    /// Contents up to this number were pruned.
    private var pruned: UInt64 = 0

    /// Notes the number of an event that is there by its leaf alone.
    mutating func take(_ number: UInt64) {
        guard number > pruned else { return }
        last = max(last, number)
        if let range = kept.last, range.upperBound + 1 == number {
            kept[kept.count - 1] = range.lowerBound...number
        } else if kept.count < Self.limit {
            kept.append(number...number)
        }
    }

    /// Notes that a prune took the contents of events up to this number.
    mutating func explain(through number: UInt64) {
        pruned = max(pruned, number)
        kept = kept.compactMap { range in
            range.upperBound > pruned ? max(range.lowerBound, pruned + 1)...range.upperBound : nil
        }
    }

    /// What no prune explains: the first ranges and, where there are more than are kept, the last number.
    var ranges: [ClosedRange<UInt64>] {
        guard last > pruned, kept.last.map({ $0.upperBound < last }) ?? true else { return kept }
        return kept + [last...last]
    }
}
