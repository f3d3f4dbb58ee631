import WarderModel

extension Event {
    /// Says how something is now, and how it was where that was otherwise: `KEY=TEXT` and `before/KEY=TEXT`, each whole, so
    /// that nobody has to look for an earlier event.
    mutating func tell(_ texts: [String], before: [String]) {
        changes += texts
        if texts != before { tell(gone: before) }
    }

    /// Says how something was that is no more.
    mutating func tell(gone texts: [String]) { changes += texts.map { "before/\($0)" } }
}
