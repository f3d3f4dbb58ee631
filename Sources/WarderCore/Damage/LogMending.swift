package import WarderModel

/// What a restore does about a log that cannot be signed any more, before it begins its own.
///
/// All of it follows from what is sound: hashes from the leaves, changes of the key from the events that tell of them. A
/// checkpoint that is none any more is evidence that is gone, and no reason to sign nothing ever again.
package struct LogMending: Sendable, Equatable {
    /// Whether all hashes of the tree are computed anew.
    package var regrowsTree = false
    /// Rows of checkpoints that go.
    package var lostCheckpoints: [Int64] = []
    /// All changes of the key, from the first on, in the place of those that lie there; `nil` where these stay.
    package var keyChanges: [[UInt8]]?
    /// Earlier restores whose records are lost, as the log tells of them: they are written anew, because the log's names
    /// and changes of its key follow from them.
    package var lostOrigins: [LogOrigin] = []

    package init() {}

    var isEmpty: Bool { self == LogMending() }
}
