/// How much of a file is read before it is refused.
///
/// The files are people's own, and one client keeps its whole history in the same file: the limits are there to
/// end, not to be met.
package struct SyntaxLimits: Hashable, Sendable {
    /// Length of the file in bytes, at most 256 MiB.
    package let bytes: Int
    /// Arrays and objects inside one another, at most 200, because readers recurse.
    package let depth: Int
    /// Brackets, commas, colons, keys and values together.
    package let tokens: Int

    package static let `default` = SyntaxLimits()

    /// Limits that differ from the default where an argument is given.
    package init(bytes: Int = 64 << 20, depth: Int = 100, tokens: Int = 8_000_000) {
        self.bytes = min(max(bytes, 0), 256 << 20)
        self.depth = min(max(depth, 1), 200)
        self.tokens = max(tokens, 1)
    }
}
