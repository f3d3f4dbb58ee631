import StrictJSON
import WarderTesting
import Yams

/// A value of YAML or JSON: what a document says, and what an answer says, in the same shape.
indirect enum Node: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int)
    case text(String)
    case list([Node])
    case map([String: Node])

    init(yaml text: String) throws { self = try Node(Yams.load(yaml: text) as Any) }

    init(json bytes: [UInt8]) throws {
        self = try Node(JSONDocument(parsing: bytes, limits: JSONLimits(maxBytes: 16 << 20, maxTokens: 1 << 20)).root)
    }

    private init(_ any: Any) throws {
        switch any {
        case let bool as Bool: self = .bool(bool)
        case let int as Int: self = .int(int)
        case let text as String: self = .text(text)
        case let list as [Any]: self = .list(try list.map { try Node($0) })
        case let map as [String: Any]: self = .map(try map.mapValues { try Node($0) })
        default: throw TestFailure("a kind of YAML value that the documents do not need")
        }
    }

    private init(_ json: JSONNode) throws {
        switch json.kind {
        case .null: self = .null
        case .bool: self = .bool(try json.bool())
        case .number: self = .int(Int(try json.int()))
        case .string: self = .text(try json.string())
        case .array: self = .list(try json.elements.map { try Node($0) })
        case .object:
            self = .map(
                try Dictionary(json.members.map { (try $0.key.string(), try Node($0.value)) }) { first, _ in first }
            )
        }
    }

    subscript(_ key: String) -> Node? {
        if case .map(let map) = self { map[key] } else { nil }
    }

    var text: String? { if case .text(let text) = self { text } else { nil } }
    var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }
    var int: Int? { if case .int(let int) = self { int } else { nil } }
    var list: [Node] { if case .list(let list) = self { list } else { [] } }
    var map: [String: Node] { if case .map(let map) = self { map } else { [:] } }
    var texts: [String] { list.compactMap(\.text) }

    /// JSON, for sending an example.
    var json: String {
        switch self {
        case .null: return "null"
        case .bool(let bool): return String(bool)
        case .int(let int): return String(int)
        case .text(let text):
            var buffer = JSONBuffer()
            buffer.string(text)
            return String(decoding: buffer.bytes, as: UTF8.self)
        case .list(let list): return "[" + list.map(\.json).joined(separator: ",") + "]"
        case .map(let map):
            let members = map.sorted { $0.key < $1.key }.map { "\(Node.text($0.key).json):\($0.value.json)" }
            return "{" + members.joined(separator: ",") + "}"
        }
    }
}
