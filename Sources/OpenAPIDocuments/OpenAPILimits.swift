import StrictJSON

/// How much a document may hold, and how much of it one tool shows.
package enum OpenAPILimits {
    /// Of the text itself: the greatest public documents have some 15 MB.
    package static let bytes = 32 << 20
    /// Of JSON that a YAML text stands for.
    package static let expandedBytes = 64 << 20
    /// The same of one text: aliases may make some of it again, and not a thousand times.
    static func expandedBytes(of text: Int) -> Int { min(expandedBytes, max(1 << 20, text * 8)) }
    package static let depth = 200
    package static let values = 8_000_000
    package static let operations = 10_000
    /// `$ref`s that lead to one another.
    package static let referenceChain = 32
    /// Places to which `$ref`s lead where nothing is.
    static let danglingReferences = 256
    /// Of summary and description of an operation, in bytes.
    package static let description = 32_768
    /// Bytes that are looked at while operations are made, what several of them refer to counted each time. Some ten times
    /// what the greatest public documents take.
    package static let visited = 4 << 30

    static let json = JSONLimits(maxBytes: bytes, maxDepth: depth, maxMembers: 200_000, maxTokens: values)
    static let expanded = JSONLimits(
        maxBytes: expandedBytes,
        maxDepth: depth,
        maxMembers: 200_000,
        maxTokens: values
    )
}
