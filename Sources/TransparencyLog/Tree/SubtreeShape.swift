/// How a range of leaves divides, by RFC 6962.
enum SubtreeShape {
    /// The largest power of two below `count`, which is two at least: leaves of the left half.
    static func split(_ count: UInt64) -> UInt64 { 1 << UInt64(UInt64.bitWidth - 1 - (count - 1).leadingZeroBitCount) }

    /// The perfect subtrees that fill `range` in order, as level and index. `range` begins where a subtree as large as
    /// it could begin, as all right halves do.
    static func perfect(_ range: Range<UInt64>) -> [(level: Int, index: UInt64)] {
        var parts: [(level: Int, index: UInt64)] = []
        var at = range.lowerBound
        while at < range.upperBound {
            let fitting = UInt64.bitWidth - 1 - (range.upperBound - at).leadingZeroBitCount
            let level = at == 0 ? fitting : min(fitting, at.trailingZeroBitCount)
            parts.append((level, at >> UInt64(level)))
            at += 1 << UInt64(level)
        }
        return parts
    }
}
