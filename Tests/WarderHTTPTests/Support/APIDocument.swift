import Foundation
import Testing
import WarderTesting

@testable import WarderHTTP

/// One of the two documents in docs/api, and the route table that it describes.
struct APIDocument: Sendable, CustomTestStringConvertible {
    let name: String
    let root: Node
    let table: RouteTable

    static let client = APIDocument("openapi.yaml", .client)
    static let `operator` = APIDocument("openapi-operator.yaml", .operator)
    static let both = [client, `operator`]

    private init(_ name: String, _ table: RouteTable) {
        self.name = name
        self.table = table
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized
        // A document that cannot be read has no routes, and no test of this suite passes with it.
        let text = (try? String(contentsOf: root.appending(path: "docs/api/\(name)"), encoding: .utf8)) ?? ""
        self.root = (try? Node(yaml: text)) ?? .map([:])
    }

    var testDescription: String { name }

    /// One method of one path.
    struct Operation: Sendable, CustomTestStringConvertible {
        let method: String
        let path: String
        let node: Node
        /// The operation's own and those of its path, references followed.
        let parameters: [Node]

        var id: String { node["operationId"]?.text ?? "\(method) \(path)" }
        var testDescription: String { id }
        /// As route tables write it: `{name...}` for a parameter that spans slashes.
        var pattern: String {
            parameters.filter { $0["in"]?.text == "path" && $0["x-warder-multi-segment"]?.bool == true }
                .compactMap { $0["name"]?.text }
                .reduce(path) { $0.replacingOccurrences(of: "{\($1)}", with: "{\($1)...}") }
        }
        var codes: [String] { node["x-warder-errors"]?.texts ?? [] }
        var responses: [String: Node] { node["responses"]?.map ?? [:] }
        func names(in place: String) -> Set<String> {
            Set(parameters.filter { $0["in"]?.text == place }.compactMap { $0["name"]?.text })
        }
    }

    var operations: [Operation] {
        (root["paths"]?.map ?? [:]).sorted { $0.key < $1.key }.flatMap { path, item in
            item.map.filter { $0.key != "parameters" }.sorted { $0.key < $1.key }.map { method, node in
                Operation(
                    method: method.uppercased(),
                    path: path,
                    node: node,
                    parameters: ((item["parameters"]?.list ?? []) + (node["parameters"]?.list ?? [])).map(resolved)
                )
            }
        }
    }

    /// The node itself, or what it refers to.
    func resolved(_ node: Node) -> Node {
        guard let reference = node["$ref"]?.text else { return node }
        var found: Node? = root
        for part in reference.split(separator: "/").dropFirst() { found = found?[String(part)] }
        return found ?? .null
    }
}
