import WarderModel

extension Timestamp {
    /// The years from 1970 to 9989 are reckoned with. No clock that runs shows others, and none of their moments overflows.
    static let beginning = Timestamp(milliseconds: 0)
    static let horizon = Timestamp(milliseconds: 253_086_595_200_000)

    /// Milliseconds from `earlier` to here, as many as fit into the type.
    func milliseconds(since earlier: Timestamp) -> Int64 {
        let (difference, overflow) = milliseconds.subtractingReportingOverflow(earlier.milliseconds)
        return overflow ? (milliseconds < 0 ? .min : .max) : difference
    }

    /// The moment `delay` milliseconds later; saturates instead of overflowing.
    func adding(milliseconds delay: Int64) -> Timestamp {
        let (sum, overflow) = milliseconds.addingReportingOverflow(delay)
        return Timestamp(milliseconds: overflow ? (delay < 0 ? .min : .max) : sum)
    }
}
