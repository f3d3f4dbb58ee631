package import StrictJSON

/// How much a server may say about its tools.
///
/// Generous against real servers (the longest of the lists in the tests has 117 tools in 180 KB), and small against what
/// a hostile one could send.
package enum ToolLimits {
    /// One page of a list: 8 MiB, 128 levels.
    package static let page = JSONLimits(
        maxBytes: 8 << 20,
        maxDepth: 128,
        maxMembers: 4096,
        maxTokens: 1_000_000
    )
    /// Tools of one server, over all pages.
    package static let tools = 4096
    /// Bytes of a title in UTF-8.
    package static let title = 2000
    /// Bytes of a description in UTF-8.
    package static let description = 65_536
    /// Canonical bytes of one definition.
    package static let definition = 1 << 20
    /// Bytes of a cursor.
    package static let cursor = 4096
}
