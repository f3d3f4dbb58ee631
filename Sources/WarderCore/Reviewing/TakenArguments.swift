import StrictJSON
import WarderModel

/// What a tool takes, as its input schema says it: one entry for each place of an argument, however deep.
///
/// `filter/owner` is a member of `filter` that takes any value of its type, `mode="fast"` one of the values that `mode`
/// alone takes, `filter/*` members that the schema does not name, `tags/[]` elements. Of two schemas that differ, the
/// wider one has an entry that nothing in the other covers. Limits of lengths and numbers are not looked at.
struct TakenArguments {
    /// Bounds what a hostile schema costs, whose references can multiply.
    private static let mostSteps = 5000
    private static let mostBytes = 256 << 10
    private static let mostChoices = 64
    private static let mostDepth = 64

    /// A schema says what cannot be followed, or too much.
    private struct Unreadable: Error {}

    private let root: JSONNode
    private var entries: Set<String> = []
    private var bytes = 0
    private var steps = 0
    private var depth = 0
    /// Schemas that are being read: one that leads back to itself is not read again.
    private var path: [[Int]] = []

    /// `nil` where the schema cannot be read.
    static func list(_ schema: JSONNode) -> [String]? {
        var taken = TakenArguments(root: schema)
        do throws(Unreadable) { try taken.read([schema], at: "") } catch { return nil }
        return taken.entries.sorted()
    }

    private init(root: JSONNode) { self.root = root }

    private mutating func add(_ entry: String) throws(Unreadable) {
        guard entries.insert(entry).inserted else { return }
        bytes += entry.utf8.count
        guard bytes <= Self.mostBytes else { throw Unreadable() }
    }

    private mutating func step() throws(Unreadable) {
        steps += 1
        guard steps <= Self.mostSteps else { throw Unreadable() }
    }

    private mutating func enter() throws(Unreadable) {
        try step()
        guard depth < Self.mostDepth else { throw Unreadable() }
        depth += 1
    }

    /// Schemas that all hold for one value.
    private mutating func read(_ schemas: [JSONNode], at place: String) throws(Unreadable) {
        try enter()
        defer { depth -= 1 }
        for parts in try alternatives(schemas, besides: []) {
            let key = parts.map(\.offset)
            guard !path.contains(key) else {
                try add(place.isEmpty ? "~again" : place + "/~again")
                continue
            }
            path.append(key)
            try readParts(parts, at: place)
            path.removeLast()
        }
    }

    /// The ways in which a value can fit: of each `anyOf` and `oneOf` one choice, with everything else that holds.
    ///
    /// `seen`: offsets of schemas that hold already.
    private mutating func alternatives(
        _ schemas: [JSONNode],
        besides seen: Set<Int>
    ) throws(Unreadable) -> [[JSONNode]] {
        try enter()
        defer { depth -= 1 }
        var parts: [JSONNode] = []
        var seen = seen
        var choices: [[JSONNode]] = []
        var waiting = schemas
        while let schema = waiting.popLast() {
            try step()
            guard seen.insert(schema.offset).inserted else { continue }
            switch schema.kind {
            case .bool:
                if (try? schema.bool()) == false { return [] }
            case .object:
                parts.append(schema)
                if schema.member("$dynamicRef") != nil || schema.member("$recursiveRef") != nil { throw Unreadable() }
                if let reference = schema.member("$ref") {
                    guard let text = try? reference.string(), let target = root.target(of: text) else {
                        throw Unreadable()
                    }
                    waiting.append(target)
                }
                waiting += try list(of: schema, "allOf")
                for word in ["anyOf", "oneOf"] where schema.member(word) != nil {
                    choices.append(try list(of: schema, word))
                }
            case .null, .number, .string, .array: throw Unreadable()
            }
        }
        guard !choices.isEmpty else { return [parts] }
        guard choices.count <= Self.mostChoices else { throw Unreadable() }
        var ways: [[JSONNode]] = [[]]
        for choice in choices {
            guard ways.count * choice.count <= Self.mostSteps else { throw Unreadable() }
            ways = ways.flatMap { way in choice.map { way + [$0] } }
        }
        var found: [[JSONNode]] = []
        for way in ways {
            try step()
            // A choice that leads back here adds nothing to what is here.
            let more = way.filter { !seen.contains($0.offset) }
            for way in try alternatives(more, besides: seen) { found.append(parts + way) }
        }
        return found
    }

    private func list(of schema: JSONNode, _ word: String) throws(Unreadable) -> [JSONNode] {
        guard let list = schema.member(word) else { return [] }
        guard list.kind == .array else { throw Unreadable() }
        return Array(list.elements)
    }

    private mutating func readParts(_ parts: [JSONNode], at place: String) throws(Unreadable) {
        if let values = try values(parts) {
            for value in values { try add("\(place)=\(value)") }
            return
        }
        if !place.isEmpty { try add(place) }
        let types = try types(parts)
        if types?.contains("object") ?? true { try readMembers(parts, at: place.isEmpty ? "" : place + "/") }
        if types?.contains("array") ?? true, !place.isEmpty { try readElements(parts, at: place + "/[]") }
    }

    /// The values that are allowed by name; `nil` where any is.
    private mutating func values(_ parts: [JSONNode]) throws(Unreadable) -> Set<String>? {
        var values: Set<String>?
        for part in parts {
            var lists = part.member("const").map { [[$0]] } ?? []
            if part.member("enum") != nil { lists.append(try list(of: part, "enum")) }
            for list in lists {
                var texts: Set<String> = []
                for value in list {
                    try step()
                    guard let bytes = try? CanonicalJSON.bytes(of: value) else { throw Unreadable() }
                    texts.insert(Self.shown(String(decoding: bytes, as: UTF8.self)))
                }
                values = values?.intersection(texts) ?? texts
            }
        }
        return values
    }

    /// `nil` where any is allowed.
    private func types(_ parts: [JSONNode]) throws(Unreadable) -> Set<String>? {
        var types: Set<String>?
        for part in parts {
            guard let stated = part.member("type") else { continue }
            let list = stated.kind == .array ? Array(stated.elements) : [stated]
            var texts: Set<String> = []
            for type in list {
                guard let text = try? type.string() else { throw Unreadable() }
                texts.insert(text)
            }
            types = types?.intersection(texts) ?? texts
        }
        return types
    }

    private mutating func readMembers(_ parts: [JSONNode], at place: String) throws(Unreadable) {
        var named: [String: [JSONNode]] = [:]
        for part in parts {
            for (word, prefix) in [("properties", ""), ("patternProperties", "*")] {
                guard let members = part.member(word) else { continue }
                guard members.kind == .object else { throw Unreadable() }
                for (key, schema) in members.members {
                    guard let name = try? key.string(allowingNUL: true) else { throw Unreadable() }
                    named[prefix + Self.escaped(name), default: []].append(schema)
                }
            }
        }
        for (name, schemas) in named.sorted(by: { $0.key < $1.key }) { try read(schemas, at: place + name) }
        let others = parts.flatMap { part in
            ["additionalProperties", "unevaluatedProperties"].compactMap { part.member($0) }
        }
        if others.isEmpty { try add(place + "*") } else { try read(others, at: place + "*") }
    }

    private mutating func readElements(_ parts: [JSONNode], at place: String) throws(Unreadable) {
        var isBounded = false
        for part in parts {
            for word in ["items", "prefixItems", "additionalItems"] {
                guard let items = part.member(word) else { continue }
                isBounded = isBounded || word == "items"
                for schema in items.kind == .array ? Array(items.elements) : [items] { try read([schema], at: place) }
            }
        }
        if !isBounded { try add(place) }
    }

    /// A name as a part of a place, in which nothing looks like a place of another kind.
    private static func escaped(_ name: String) -> String {
        var text = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "~": text += "~0"
            case "/": text += "~1"
            case "=": text += "~2"
            case "*": text += "~3"
            case "[": text += "~4"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return shown(text)
    }

    /// What shows nothing, or is read in another order, is written out: two names that look alike stay two.
    private static func shown(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars {
            if HiddenCharacter.contains(scalar) {
                shown += "~u{\(String(scalar.value, radix: 16))}"
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}
