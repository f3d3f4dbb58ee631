/// How much a document may hold before it is refused.
///
/// The limits are checked while scanning, so a refused document costs no more than the bytes up to the limit.
package struct JSONLimits: Sendable, Hashable {
    /// Length of the whole document in bytes, at most 4,294,967,295.
    package var maxBytes: Int
    /// Arrays and objects inside one another, 1 to 512; `[[]]` has depth 2.
    package var maxDepth: Int
    /// Members of one object.
    package var maxMembers: Int
    /// Values and keys in the whole document; `{"a":[1,2]}` has 5 (the object, its key, the array, two numbers).
    package var maxTokens: Int

    /// The limits for a request body: 1 MiB, depth 16, 256 members an object, 4,096 tokens.
    package static let `default` = JSONLimits()

    /// Limits that differ from the default only where an argument is given.
    ///
    /// Numbers outside the ranges of the properties are moved to the nearest allowed one. The depth has a ceiling
    /// because readers of a document recurse into it.
    package init(maxBytes: Int = 1_048_576, maxDepth: Int = 16, maxMembers: Int = 256, maxTokens: Int = 4_096) {
        self.maxBytes = min(max(maxBytes, 0), Int(UInt32.max))
        self.maxDepth = min(max(maxDepth, 1), 512)
        self.maxMembers = max(maxMembers, 0)
        self.maxTokens = max(maxTokens, 1)
    }
}
