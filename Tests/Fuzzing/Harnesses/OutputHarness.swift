import StrictJSON
import Yams

@testable import WarderCommands

extension Harness {
    /// What the `warder` command prints of a document that the vault sent: a reader of YAML finds the same in it.
    static let output = Harness("output") { input in
        guard let document = try? JSONDocument(copying: input.span) else { return }
        guard let bytes = try? YAMLText.bytes(document.root) else { return }
        try hold(bytes.allSatisfy { $0 == 10 || (32...126).contains($0) }, "nothing drives a terminal")
        guard let text = String(exactly: bytes), let node = try Yams.compose(yaml: text, .default, .default, .utf8)
        else {
            throw Broken(property: "there is a document")
        }
        try hold(try same(node, document.root), "YAML says the same as JSON")
    }

    private static func same(_ yaml: Node, _ json: JSONNode) throws -> Bool {
        switch json.kind {
        case .null: return yaml.null != nil
        case .bool: return yaml.bool == (try json.bool())
        case .number:
            guard let value = try? json.double() else { return true }
            return yaml.float == value
        case .string: return try isText(yaml, json)
        case .array:
            guard let sequence = yaml.sequence else { return false }
            let elements = Array(json.elements)
            return try sequence.count == elements.count && zip(sequence, elements).allSatisfy { try same($0, $1) }
        case .object:
            guard let mapping = yaml.mapping else { return false }
            let members = Array(json.members)
            return try mapping.count == members.count
                && zip(mapping, members).allSatisfy { yaml, json in
                    try isText(yaml.key, json.key) && same(yaml.value, json.value)
                }
        }
    }

    private static func isText(_ yaml: Node, _ json: JSONNode) throws -> Bool {
        guard let scalar = yaml.scalar, yaml.tag == Tag(.str) else { return false }
        // The reader loses a byte order mark that a text begins with; it is printed as an escape.
        let read = scalar.string.unicodeScalars.filter { $0 != "\u{feff}" }
        return read.elementsEqual(try json.string(allowingNUL: true).unicodeScalars.filter { $0 != "\u{feff}" })
    }
}
