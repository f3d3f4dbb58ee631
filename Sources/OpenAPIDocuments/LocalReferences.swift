import StrictJSON

/// Follows `$ref`s inside one document.
///
/// A reference type, because what was found once is remembered for thousands of operations.
final class LocalReferences {
    private let source: DocumentSource
    private var found: [String: JSONNode] = [:]
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

    /// The node itself, or what its `$ref` leads to in the end.
    ///
    /// - Throws: `danglingReference`, or `badReference` for a chain that is too long to be meant.
    func resolve(_ node: JSONNode) throws(OpenAPIError) -> JSONNode {
        var node = node
        for _ in 0..<OpenAPILimits.referenceChain {
            guard let pointer = Self.pointer(of: node) else { return node }
            node = try target(of: pointer, at: node)
        }
        throw source.error(.badReference, at: node)
    }

    /// The same for a part of a document that many operations may share; it counts each time.
    func resolveShared(_ node: JSONNode) throws(OpenAPIError) -> JSONNode {
        let target = try resolve(node)
        try visit(target)
        return target
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

    private func target(of pointer: String, at node: JSONNode) throws(OpenAPIError) -> JSONNode {
        if let known = found[pointer] { return known }
        guard pointer == "#" || pointer.hasPrefix("#/") else { throw source.error(.badReference, at: node) }
        var target = source.root
        for token in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            guard let next = step(from: target, Self.unescaped(token)) else {
                throw source.error(.danglingReference, at: node)
            }
            target = next
        }
        found[pointer] = target
        return target
    }

    private func step(from node: JSONNode, _ token: String) -> JSONNode? {
        guard node.kind == .array else { return node.member(token) }
        guard let index = Int(token), index >= 0 else { return nil }
        return node.elements.dropFirst(index).first { _ in true }
    }

    /// A token of a JSON pointer in a URI fragment (RFC 6901, sections 4 and 6).
    private static func unescaped(_ token: Substring) -> String {
        guard token.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "~") }) else {
            return String(token)
        }
        var bytes: [UInt8] = []
        var rest = token.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.split(separator: "~1", omittingEmptySubsequences: false).joined(separator: "/")
            .split(separator: "~0", omittingEmptySubsequences: false).joined(separator: "~")
    }
}

extension JSONKind {
    var isContainer: Bool { self == .object || self == .array }
}
