/// How long the contents of events are kept, as the configuration says.
package struct RetentionPolicy: Sendable, Equatable {
    /// Days after which contents go by themselves; 0 keeps them for ever.
    package var keepDays: Int
    /// Nothing goes, whoever asks: somebody may need the log as it is.
    package var legalHold: Bool

    package init(keepDays: Int = 0, legalHold: Bool = false) {
        self.keepDays = keepDays
        self.legalHold = legalHold
    }
}
