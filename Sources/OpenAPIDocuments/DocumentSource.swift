import StrictJSON
import ToolDefinitions

/// A document as JSON that was checked, and where in the text that people see each of its values stands.
struct DocumentSource {
    let document: JSONDocument
    private let places: Places

    private enum Places {
        /// The text was JSON itself.
        case text([UInt8])
        /// The text was YAML.
        case marks(YAMLMarks)
    }

    var root: JSONNode { document.root }

    init(_ bytes: [UInt8]) throws(OpenAPIError) {
        guard bytes.count <= OpenAPILimits.bytes else { throw OpenAPIError(.tooLarge(limit: OpenAPILimits.bytes)) }
        let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        if first == UInt8(ascii: "{") {
            places = .text(bytes)
            document = try Self.parse(bytes, .notJSON, limits: OpenAPILimits.json) { TextPlace.of($0, in: bytes) }
        } else {
            let json = try YAMLConversion.json(of: bytes)
            places = .marks(json.marks)
            document = try Self.parse(json.bytes, .notYAML, limits: OpenAPILimits.expanded) { json.marks.place(of: $0) }
        }
    }

    /// Where a value stands in the text.
    func place(of node: JSONNode) -> OpenAPIError.Place? {
        switch places {
        case .text(let bytes): TextPlace.of(node.offset, in: bytes)
        case .marks(let marks): marks.place(of: node.offset)
        }
    }

    func error(_ problem: OpenAPIError.Problem, at node: JSONNode) -> OpenAPIError {
        OpenAPIError(problem, place(of: node))
    }

    private static func parse(
        _ bytes: [UInt8],
        _ otherwise: OpenAPIError.Problem,
        limits: JSONLimits,
        place: (Int) -> OpenAPIError.Place?
    ) throws(OpenAPIError) -> JSONDocument {
        do throws(JSONError) {
            return try JSONDocument(copying: bytes.span, limits: limits)
        } catch {
            switch error {
            case .tooLarge(let limit): throw OpenAPIError(.tooLarge(limit: limit))
            case .duplicateKey(let at): throw OpenAPIError(.repeatedKey, place(at))
            case .tooDeep(let at): throw OpenAPIError(.tooDeep(limit: limits.maxDepth), place(at))
            case .tooManyTokens(let at): throw OpenAPIError(.tooManyValues(limit: limits.maxTokens), place(at))
            case .tooManyMembers(let at): throw OpenAPIError(.tooManyValues(limit: limits.maxMembers), place(at))
            case .invalidUTF8(let at): throw OpenAPIError(.notText, place(at))
            default: throw OpenAPIError(otherwise, error.offset.flatMap(place))
            }
        }
    }
}

enum TextPlace {
    /// Line and column of a byte, both from 1.
    static func of(_ offset: Int, in bytes: [UInt8]) -> OpenAPIError.Place {
        var line = 1
        var begin = 0
        for (index, byte) in bytes.prefix(offset).enumerated() where byte == UInt8(ascii: "\n") {
            line += 1
            begin = index + 1
        }
        return OpenAPIError.Place(line: line, column: min(offset, bytes.count) - begin + 1)
    }
}
