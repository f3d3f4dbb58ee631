import Foundation
import StrictJSON

/// Arguments of a tool that its definition wants in headers as well (`x-mcp-header`), so that what lies between can route
/// a call without reading it.
struct ToolParameters: Sendable, Hashable {
    /// A member of the arguments, by its way through objects, and what its header is called.
    struct Mirrored: Sendable, Hashable {
        let path: [String]
        let header: String
    }

    /// Texts, numbers and booleans among the arguments, by their way through objects.
    struct Arguments: Sendable {
        private var values: [[String]: String] = [:]

        init() {}

        init(_ node: JSONNode?) {
            if let node { take(node, at: []) }
        }

        subscript(path: [String]) -> String? { values[path] }

        private mutating func take(_ node: JSONNode, at path: [String]) {
            switch node.kind {
            case .object where path.count < ToolParameters.deepest:
                for (key, value) in node.members {
                    if let name = try? key.string() { take(value, at: path + [name]) }
                }
            case .string where node.byteCount <= 4096: values[path] = try? node.string()
            case .number, .bool: values[path] = String(decoding: node.rawBytes, as: UTF8.self)
            default: return
            }
        }
    }

    /// Objects in one another, further than definitions go.
    private static let deepest = 8
    private static let most = 64

    let tool: String
    let mirrored: [Mirrored]

    /// Those of each tool in an answer to `tools/list`; none for tools that want no headers.
    static func all(in tools: JSONNode?) -> [ToolParameters] {
        guard let tools, tools.kind == .array else { return [] }
        return tools.elements.compactMap { tool in
            guard let node = tool.member("name"), let name = try? node.string() else { return nil }
            var found: [Mirrored] = []
            collect(tool.member("inputSchema"), at: [], &found)
            let names = Set(found.map { $0.header.lowercased() })
            // Two under one name: whoever reads them could not tell which is which.
            guard !found.isEmpty, found.count <= most, names.count == found.count else { return nil }
            return ToolParameters(tool: name, mirrored: found)
        }
    }

    private static func collect(_ schema: JSONNode?, at path: [String], _ found: inout [Mirrored]) {
        guard let properties = schema?.member("properties"), path.count < deepest else { return }
        for (key, value) in properties.members {
            guard let name = try? key.string() else { continue }
            let here = path + [name]
            if let node = value.member("x-mcp-header"), let header = try? node.string(), FieldText.isToken(header) {
                found.append(Mirrored(path: here, header: header))
            }
            collect(value, at: here, &found)
        }
    }

    /// A text as a header carries it: as it is, or as base64 where it would not come through.
    static func field(_ text: String) -> String {
        let isPlain =
            text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && text.first != " " && text.last != " "
            && !(text.hasPrefix("=?base64?") && text.hasSuffix("?="))
        return isPlain ? text : "=?base64?\(Data(text.utf8).base64EncodedString())?="
    }
}
