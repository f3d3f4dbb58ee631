import NIOHTTP1
import Testing
import WarderCore
import WarderModel
import WarderWire

@testable import WarderHTTP

/// The documents in docs/api say what the route tables do: neither can change alone.
@Suite struct DocumentTests {
    @Test("the document has every route of its socket, and no other", arguments: APIDocument.both)
    func routes(document: APIDocument) {
        let documented = document.operations.map { "\($0.method) \($0.pattern)" }
        let routed = document.table.routes.map { "\($0.method.rawValue) \($0.pattern)" }
        #expect(documented.sorted() == routed.sorted())
        #expect(Set(routed).count == routed.count)
        #expect(document.root["openapi"]?.text == "3.1.0")
    }

    @Test("each document says which socket it is for")
    func sockets() {
        #expect(APIDocument.client.root["x-warder-socket"]?.text == "client")
        #expect(APIDocument.operator.root["x-warder-socket"]?.text == "operator")
    }

    @Test("a route takes a body where the document has one, of the size that it says", arguments: APIDocument.both)
    func bodies(document: APIDocument) throws {
        for (operation, route) in try document.pairs() {
            let body = operation.node["requestBody"]
            #expect((body != nil) == (route.body != .none), "\(operation.id)")
            if route.body == .values { #expect(["putSecret", "findLeak", "applyInventory"].contains(operation.id)) }
            if route.body == .definitions { #expect(operation.id == "importTools") }
            guard let body else { continue }
            #expect(body["content"]?.map.keys.sorted() == ["application/json"], "\(operation.id)")
            #expect(operation.codes.contains("too_large") && operation.codes.contains("unsupported_media_type"))
        }
    }

    @Test("parameters have the same names, in the path and in the query", arguments: APIDocument.both)
    func parameters(document: APIDocument) throws {
        for (operation, route) in try document.pairs() {
            let inPattern = route.pattern.split(separator: "/").filter { $0.hasPrefix("{") }.map {
                String($0.dropFirst().dropLast()).replacing("...", with: "")
            }
            #expect(operation.names(in: "path") == Set(inPattern), "\(operation.id)")
            for parameter in operation.parameters where parameter["in"]?.text == "path" {
                #expect(parameter["required"] == .bool(true), "\(operation.id)")
            }
            var query = operation.names(in: "query")
            if query.remove("filters") != nil {
                let filters = operation.parameters.first { $0["name"]?.text == "filters" }
                query.formUnion(filters?["schema"]?["properties"]?.map.keys.map { $0 } ?? [])
            }
            #expect(query == route.query, "\(operation.id)")
        }
    }

    @Test("what an operation needs is what its action needs", arguments: APIDocument.both)
    func permissions(document: APIDocument) throws {
        for operation in document.operations {
            let said = operation.node["x-warder-permission"]
            let presence = operation.node["x-warder-presence"]?.text ?? "never"
            #expect(
                operation.names(in: "header").contains("Warder-Presence") == (presence != "never"),
                "\(operation.id)"
            )
            #expect(operation.codes.contains("presence_required") == (presence != "never"), "\(operation.id)")
            guard let name = operation.node["x-warder-action"]?.text else {
                #expect(["health", "whoAmI", "status", "metrics", "showRetention"].contains(operation.id))
                continue
            }
            let action = try #require(Action(rawValue: name), "\(operation.id)")
            switch action.permission {
            case .roles(let roles), .rolesOrVault(let roles):
                #expect(said?.texts == roles.map(\.rawValue).sorted(), "\(operation.id)")
            case .rolesOrOwner(let roles):
                #expect(said?.texts == roles.map(\.rawValue).sorted() + ["owner"], "\(operation.id)")
            case .anyOperator: #expect(said?.text == "operator", "\(operation.id)")
            case .operatorSocket: #expect(said?.text == "anybody", "\(operation.id)")
            case .server: #expect(said?.text == "server", "\(operation.id)")
            case .vault: Issue.record("\(operation.id) is the vault's own")
            }
            #expect(presence == (action.needsPresence ? "required" : "never"), "\(operation.id)")
        }
    }

    @Test("each route on the operator socket says the action that its operation has")
    func actionsOfRoutes() throws {
        for (operation, route) in try APIDocument.operator.pairs() {
            #expect(route.action?.rawValue == operation.node["x-warder-action"]?.text, "\(operation.id)")
        }
    }

    @Test("every action that can be asked for has an operation")
    func actions() {
        let documented = Set(
            APIDocument.both.flatMap(\.operations).compactMap { $0.node["x-warder-action"]?.text }
        )
        let own = Action.allCases.filter { $0.permission == .vault }
        #expect(documented == Set(Action.allCases.filter { !own.contains($0) }.map(\.rawValue)))
    }

    @Test("the statuses of an operation are those of its codes, and of its success", arguments: APIDocument.both)
    func statuses(document: APIDocument) throws {
        let known = Set(document.root["components"]?["schemas"]?["ErrorCode"]?["enum"]?.texts ?? [])
        for operation in document.operations {
            let failures = Set(operation.responses.keys.filter { $0 >= "400" })
            #expect(failures == Set(try operation.codes.map { try status(of: $0) }), "\(operation.id)")
            #expect(Set(operation.codes).isSubset(of: known), "\(operation.id)")
            #expect(Set(operation.codes).count == operation.codes.count, "\(operation.id)")
            #expect(operation.responses.keys.contains { $0 < "300" }, "\(operation.id)")
        }
    }

    @Test("the codes of a socket are those that its refusals and its routes come to", arguments: APIDocument.both)
    func codes(document: APIDocument) {
        let known = Set(document.root["components"]?["schemas"]?["ErrorCode"]?["enum"]?.texts ?? [])
        var used = Set(document.operations.flatMap(\.codes))
        used.insert("method_not_allowed")
        #expect(known == used)
    }

    @Test("only operations with a token say that they need one")
    func tokens() {
        for operation in APIDocument.client.operations {
            let needs = operation.node["security"] != nil
            #expect(needs == operation.codes.contains("token_invalid"), "\(operation.id)")
        }
        #expect(APIDocument.operator.operations.allSatisfy { $0.node["security"] == nil })
    }

    @Test("references lead somewhere, and nothing lies about unused", arguments: APIDocument.both)
    func references(document: APIDocument) throws {
        var seen: Set<String> = []
        func visit(_ node: Node) {
            if let reference = node["$ref"]?.text {
                #expect(document.resolved(node) != .null, "\(reference)")
                seen.insert(reference)
            }
            for child in node.list + node.map.values { visit(child) }
        }
        visit(document.root)
        for (kind, components) in document.root["components"]?.map ?? [:] where kind != "securitySchemes" {
            for name in components.map.keys {
                // `Allow` and the code list stand for what is said in the description.
                if ["Allow"].contains(name) { continue }
                #expect(seen.contains("#/components/\(kind)/\(name)"), "\(kind)/\(name)")
            }
        }
    }

    @Test("operations have names of their own, and tags that are declared", arguments: APIDocument.both)
    func identities(document: APIDocument) {
        let ids = document.operations.compactMap { $0.node["operationId"]?.text }
        #expect(ids.count == document.operations.count && Set(ids).count == ids.count)
        let tags = Set(document.root["tags"]?.list.compactMap { $0["name"]?.text } ?? [])
        #expect(Set(document.operations.flatMap { $0.node["tags"]?.texts ?? [] }) == tags)
        #expect(document.operations.allSatisfy { $0.node["summary"]?.text?.hasSuffix(".") == true })
    }

    @Test("reasons are the refusals there are, for operators only")
    func reasons() {
        let schemas = APIDocument.operator.root["components"]?["schemas"]
        #expect(Set(schemas?["Reason"]?["enum"]?.texts ?? []) == Set(Refusal.allCases.map(\.rawValue)))
        #expect(schemas?["Error"]?["properties"]?["error"]?["properties"]?["reason"] != nil)
        let client = APIDocument.client.root["components"]?["schemas"]?["Error"]
        #expect(client?["properties"]?["error"]?["properties"]?["reason"] == nil)
    }

    @Test("an event's fields can be searched for, those that are the same for all and those that never are excepted")
    func eventFields() {
        let event = APIDocument.operator.root["components"]?["schemas"]?["Event"]?["properties"]?.map ?? [:]
        var fields = Set(event.keys).subtracting(["peer", "time"])
        fields.formUnion(event["peer"]?["properties"]?.map.keys.map { "peer.\($0)" } ?? [])
        #expect(fields == EventFilter.Condition.fields)
    }

    @Test("what both documents define they define alike")
    func shared() {
        let client = APIDocument.client.root["components"]?["schemas"]?.map ?? [:]
        let other = APIDocument.operator.root["components"]?["schemas"]?.map ?? [:]
        for name in Set(client.keys).intersection(other.keys).subtracting(["Error", "ErrorCode"]) {
            #expect(client[name] == other[name], "\(name)")
        }
        #expect(client["RevealedValue"] != nil && other["RevealedValue"] != nil)
    }

    private func status(of code: String) throws -> String {
        switch ErrorCode(rawValue: code) {
        case .invalidRequest: "400"
        case .tokenInvalid: "401"
        case .denied, .approvalRequired, .approvalDenied, .presenceRequired, .wrongPassphrase: "403"
        case .notFound: "404"
        case .methodNotAllowed: "405"
        case .conflict: "409"
        case .tooLarge: "413"
        case .unsupportedMediaType: "415"
        case .rateLimited: "429"
        case .internalError: "500"
        case .auditUnavailable, .sealed, .restoredVault, .notInitialised, .unavailable: "503"
        default: throw UnknownCode()
        }
    }

    private struct UnknownCode: Error {}
}

extension APIDocument {
    /// Each operation with its route.
    fileprivate func pairs() throws -> [(Operation, Route)] {
        try operations.map { operation in
            let route = table.routes.first { $0.pattern == operation.pattern && $0.method.rawValue == operation.method }
            return (operation, try #require(route, "\(operation.id)"))
        }
    }
}
