import StrictJSON
import Yams

/// Makes JSON of a YAML text, so that everything after it knows one form.
///
/// Values follow YAML 1.2's core schema: `yes` and `on` are texts. Names are texts whatever they look like, which is
/// what OpenAPI wants of response codes. Aliases are written out, up to a limit in bytes.
struct YAMLConversion {
    private var buffer: JSONBuffer
    private var marks = YAMLMarks()
    private var depth = 0
    /// Bytes of JSON.
    private let limit: Int

    static func json(of bytes: [UInt8]) throws(OpenAPIError) -> (bytes: [UInt8], marks: YAMLMarks) {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw OpenAPIError(.notText) }
        if let place = AliasKeys.first(in: bytes) { throw OpenAPIError(.complexKey, place) }
        guard let root = try compose(text) else { throw OpenAPIError(.notAnAPI) }
        var conversion = YAMLConversion(textBytes: bytes.count)
        try conversion.write(root)
        return (conversion.buffer.bytes, conversion.marks)
    }

    private init(textBytes: Int) {
        buffer = JSONBuffer(capacity: textBytes + textBytes / 4)
        limit = OpenAPILimits.expandedBytes(of: textBytes)
    }

    private static func compose(_ text: String) throws(OpenAPIError) -> Node? {
        do {
            // The encoding is said, because the library would ask an environment variable for it.
            return try Yams.compose(yaml: text, .default, .default, .utf8)
        } catch {
            throw OpenAPIError(yaml: error)
        }
    }

    private mutating func write(_ node: Node) throws(OpenAPIError) {
        marks.note(node.mark, at: buffer.bytes.count)
        guard buffer.bytes.count <= limit else { throw error(.aliasesTooLarge(limit: limit), node) }
        switch node {
        case .scalar(let scalar): write(scalar)
        case .sequence(let sequence):
            try enter(node)
            buffer.beginArray()
            for element in sequence { try write(element) }
            buffer.endArray()
            depth -= 1
        case .mapping(let mapping):
            try enter(node)
            buffer.beginObject()
            for (key, value) in mapping { try write(key: key, value) }
            buffer.endObject()
            depth -= 1
        case .alias:
            // Composing puts the anchor's node in the place of its aliases.
            throw error(.notYAML, node)
        }
    }

    private mutating func enter(_ node: Node) throws(OpenAPIError) {
        depth += 1
        guard depth <= OpenAPILimits.depth else { throw error(.tooDeep(limit: OpenAPILimits.depth), node) }
    }

    private mutating func write(key: Node, _ value: Node) throws(OpenAPIError) {
        guard let name = key.scalar else { throw error(.complexKey, key) }
        guard name.string != "<<" || name.style != .plain else { throw error(.mergeKey, key) }
        marks.note(key.mark, at: buffer.bytes.count)
        buffer.key(text: name.string)
        try write(value)
    }

    private mutating func write(_ scalar: Node.Scalar) {
        guard scalar.style == .plain, scalar.tag.rawValue.isEmpty else { return buffer.string(scalar.string) }
        switch scalar.string {
        case "", "~", "null", "Null", "NULL": buffer.null()
        case "true", "True", "TRUE": buffer.bool(true)
        case "false", "False", "FALSE": buffer.bool(false)
        case let text where JSONNumber.isNumber(text): buffer.raw(text.utf8)
        default: buffer.string(scalar.string)
        }
    }

    private func error(_ problem: OpenAPIError.Problem, _ node: Node) -> OpenAPIError {
        OpenAPIError(problem, node.mark.map { OpenAPIError.Place(line: $0.line, column: $0.column) })
    }
}

/// Which plain texts of YAML are numbers of JSON.
enum JSONNumber {
    /// Decimal, as JSON spells it, and no longer than digits are of use; `0x1F`, `.5` and `1_000` stay texts.
    static func isNumber(_ text: String) -> Bool {
        guard text.utf8.count <= 64, let first = text.utf8.first, first == UInt8(ascii: "-") || isDigit(first) else {
            return false
        }
        var rest = text.utf8[...]
        if first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let integer = digits(&rest)
        guard integer.count == 1 || (integer.count > 1 && integer.first != UInt8(ascii: "0")) else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard !digits(&rest).isEmpty else { return false }
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
            guard !digits(&rest).isEmpty else { return false }
        }
        return rest.isEmpty && Double(text)?.isFinite == true
    }

    private static func digits(_ rest: inout Substring.UTF8View) -> Substring.UTF8View {
        let digits = rest.prefix(while: isDigit)
        rest = rest[digits.endIndex...]
        return digits
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
