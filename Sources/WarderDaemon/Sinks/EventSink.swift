import WarderCore

/// Another place that gets every event: a file, the journal.
protocol EventSink {
    /// Takes events over for good, in order: when it returns, they are where they should be.
    ///
    /// - Throws: when not even the first could be taken, and the same ones are to be offered again. Some may have
    ///   been taken then: a sink can get an event twice, and never none.
    mutating func take(_ events: [NumberedEvent]) throws

    /// Number of the newest event that the place itself says it has; `nil` where it cannot say.
    mutating func newest() throws -> UInt64?
}
