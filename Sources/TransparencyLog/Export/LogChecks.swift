/// What a ``LogVerifier`` looks at. All of it, but for tests that show what each check is there for.
package struct LogChecks: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The checkpoint is signed by a key of the chain.
    package static let signature = LogChecks(rawValue: 1 << 0)
    /// The older checkpoint is.
    package static let olderSignature = LogChecks(rawValue: 1 << 1)
    /// A checkpoint's origin is the name of the key that signed it.
    package static let origin = LogChecks(rawValue: 1 << 2)
    /// A key signed only trees of the sizes that were its own.
    package static let keyPeriod = LogChecks(rawValue: 1 << 3)
    /// Numbers follow one another.
    package static let sequence = LogChecks(rawValue: 1 << 4)
    /// The lines reach the checkpoint's size.
    package static let length = LogChecks(rawValue: 1 << 5)
    /// The lines have the checkpoint's root.
    package static let root = LogChecks(rawValue: 1 << 6)
    /// The checkpoint is not of a shorter log than the older one.
    package static let olderLength = LogChecks(rawValue: 1 << 7)
    /// The lines have the older checkpoint's root at its size.
    package static let olderRoot = LogChecks(rawValue: 1 << 8)
    /// The consistency proof leads from the older checkpoint to the newer.
    package static let consistency = LogChecks(rawValue: 1 << 9)
    /// The older checkpoint was compared, by lines or by a proof.
    package static let olderCompared = LogChecks(rawValue: 1 << 10)
    /// The file has the manifest's hash.
    package static let fileHash = LogChecks(rawValue: 1 << 11)
    /// The file holds the range and the number of events that the manifest says.
    package static let contents = LogChecks(rawValue: 1 << 12)

    /// What events say of the log's keys is signed by them, and fits.
    package static let keyChanges = LogChecks(rawValue: 1 << 13)

    /// An event that is there by its leaf alone was pruned, as an event says that the checkpoint proves.
    package static let prunes = LogChecks(rawValue: 1 << 14)

    /// Every check.
    package static let all = LogChecks(rawValue: (1 << 15) - 1)
}
