import StrictJSON
import Yams

/// YAML of a JSON document, in the order of the source.
enum YAMLText {
    static func bytes(_ node: JSONNode, isOneOfMany: Bool = false) throws(CommandFailure) -> [UInt8] {
        do {
            // Non-ASCII text is escaped, which keeps bidirectional characters away from a terminal.
            let text = try Yams.serialize(
                node: yaml(node),
                indent: 2,
                width: -1,
                allowUnicode: false,
                explicitStart: isOneOfMany
            )
            return Array(text.utf8)
        } catch {
            throw .malformedAnswer
        }
    }

    private static func yaml(_ node: JSONNode) throws -> Node {
        switch node.kind {
        case .object:
            Node(try node.members.map { (try text($0.key), try yaml($0.value)) }, Tag(.map), .block)
        case .array: Node(try node.elements.map { try yaml($0) }, Tag(.seq), .block)
        case .string: try text(node)
        case .number: Node(String(decoding: node.rawBytes, as: UTF8.self), Tag(.float), .plain)
        case .bool: Node(String(decoding: node.rawBytes, as: UTF8.self), Tag(.bool), .plain)
        case .null: Node("null", Tag(.null), .plain)
        }
    }

    /// Quoted where a reader would take the plain text for a number, a date or a truth value.
    private static func text(_ node: JSONNode) throws -> Node {
        try node.string(allowingNUL: true).represented()
    }
}
