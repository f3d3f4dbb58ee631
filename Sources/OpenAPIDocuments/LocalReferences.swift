import StrictJSON

/// Follows `$ref`s inside one document.
///
/// A reference type, because what was found once is remembered for thousands of operations.
final class LocalReferences {
    private let source: DocumentSource
    private var found: [String: JSONNode] = [:]
    /// Pointers that lead to nothing, and where the first reference with each of them stands: to find that out takes a
    /// walk through the text.
    private var dangling: [String: OpenAPIError] = [:]
    /// Those that were met since somebody asked last.
    private var missing: Set<String> = []
    private var visited = 0

    init(_ source: DocumentSource) {
        self.source = source
    }

    /// Refuses a document in which any `$ref` leads elsewhere, whether or not a tool would need it.
    static func check(_ source: DocumentSource) throws(OpenAPIError) {
        try check(source.root, source)
    }

    private static func check(_ node: JSONNode, _ source: DocumentSource) throws(OpenAPIError) {
        for element in node.elements where element.kind.isContainer { try check(element, source) }
        for (key, value) in node.members {
            if value.kind == .string {
                guard key.isText("$ref"), let text = value.text, !text.hasPrefix("#") else { continue }
                throw source.error(.remoteReference, at: value)
            }
            // Examples are data of the API: what looks like a reference there is none.
            guard value.kind.isContainer, !key.isText("example"), !key.isText("examples"), !key.isText("default"),
                !key.isText("enum"), !key.isText("const")
            else { continue }
            try check(value, source)
        }
    }

    /// The pointer of a node that is a reference; `nil` for every other node.
    static func pointer(of node: JSONNode) -> String? { node.member("$ref")?.text }

    /// The node itself, or what its `$ref` leads to in the end; `nil` where that is nothing.
    ///
    /// - Throws: `badReference` for a chain that is too long to be meant.
    func resolve(_ node: JSONNode) throws(OpenAPIError) -> JSONNode? {
        var node = node
        for _ in 0..<OpenAPILimits.referenceChain {
            guard let pointer = Self.pointer(of: node) else { return node }
            guard let target = try target(of: pointer, at: node) else { return nil }
            node = target
        }
        throw source.error(.badReference, at: node)
    }

    /// The same for a part of a document that many operations may share; it counts each time.
    func resolveShared(_ node: JSONNode) throws(OpenAPIError) -> JSONNode? {
        guard let target = try resolve(node) else { return nil }
        try visit(target)
        return target
    }

    /// The same for what nothing can be made without.
    ///
    /// - Throws: `danglingReference`, too.
    func require(_ node: JSONNode) throws(OpenAPIError) -> JSONNode {
        guard let target = try resolveShared(node) else { throw takeMissing()[0] }
        return target
    }

    /// References that led to nothing since this was asked last, by their places.
    func takeMissing() -> [OpenAPIError] {
        defer { missing = [] }
        return missing.compactMap { dangling[$0] }.sorted { $0.order < $1.order }
    }

    /// Counts what is looked at.
    ///
    /// A document of some MB can refer to its largest part from thousands of places, and each of them costs the whole.
    func visit(_ node: JSONNode) throws(OpenAPIError) {
        visited += node.byteCount
        guard visited <= OpenAPILimits.visited else {
            throw source.error(.referencesTooLarge(limit: OpenAPILimits.visited), at: node)
        }
    }

    /// What a pointer leads to; `nil` where that is nothing, which is noted.
    private func target(of pointer: String, at node: JSONNode) throws(OpenAPIError) -> JSONNode? {
        if let known = found[pointer] { return known }
        guard pointer == "#" || pointer.hasPrefix("#/") else { throw source.error(.badReference, at: node) }
        if dangling[pointer] == nil {
            if let target = source.root.target(of: pointer) {
                found[pointer] = target
                return target
            }
            guard dangling.count < OpenAPILimits.danglingReferences else {
                throw source.error(.danglingReferences(limit: OpenAPILimits.danglingReferences), at: node)
            }
            dangling[pointer] = source.error(.danglingReference, at: node)
        }
        missing.insert(pointer)
        return nil
    }
}

extension OpenAPIError {
    fileprivate var order: (Int, Int) { (place?.line ?? 0, place?.column ?? 0) }
}

extension JSONKind {
    var isContainer: Bool { self == .object || self == .array }
}
