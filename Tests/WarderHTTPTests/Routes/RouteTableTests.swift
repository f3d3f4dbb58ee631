import NIOHTTP1
import Testing
import WarderModel
import WarderWire

@testable import WarderHTTP

@Suite struct RouteTableTests {
    static let tables: [(name: String, table: RouteTable)] = [("client", .client), ("operator", .operator)]

    private static func find(_ table: RouteTable, _ method: HTTPMethod, _ path: String) throws -> RouteMatch {
        try table.find(method, try #require(RequestTarget(path), "\(path)"))
    }

    /// A path of a pattern's shape.
    private static func example(_ pattern: String) -> String {
        pattern.split(separator: "/").map { part in
            part.hasSuffix("...}") ? "a/b/c" : part.hasPrefix("{") ? "a" : String(part)
        }.reduce("") { $0 + "/" + $1 }
    }

    @Test("each route is found by its own shape and method, with its parameters", arguments: tables.indices)
    func everyRoute(_ index: Int) throws {
        let table = Self.tables[index].table
        for route in table.routes {
            let match = try Self.find(table, route.method, Self.example(route.pattern))
            #expect(match.route.pattern == route.pattern && match.route.method == route.method)
            for part in route.pattern.split(separator: "/") where part.hasPrefix("{") {
                let isRest = part.hasSuffix("...}")
                let name = String(part.dropFirst().dropLast(isRest ? 4 : 1))
                #expect(match.parameters[name] == (isRest ? "a/b/c" : "a"))
            }
            #expect(match.parameters.count == route.pattern.count { $0 == "{" })
        }
    }

    @Test("another method on a path is 405, with the methods that there are", arguments: tables.indices)
    func otherMethods(_ index: Int) throws {
        let table = Self.tables[index].table
        for route in table.routes {
            let path = Self.example(route.pattern)
            let known = Set(
                table.routes.filter { (try? Self.find(table, $0.method, path))?.route.pattern == $0.pattern }.map(
                    \.method.rawValue
                )
            )
            for method in [
                HTTPMethod.GET, .POST, .PUT, .DELETE, .PATCH, .HEAD, .OPTIONS, .TRACE, .CONNECT, .RAW(value: "LIST"),
            ] {
                guard !known.contains(method.rawValue) else { continue }
                let problem = try #require(throws: Problem.self) { try Self.find(table, method, path) }
                #expect(problem.status == .methodNotAllowed && problem.code == .methodNotAllowed)
                #expect(problem.allow == known.sorted().joined(separator: ", "), "\(method) \(path)")
            }
        }
    }

    @Test(
        "what is not in a table is 404",
        arguments: [
            "/v1", "/v2/health", "/v1/Health", "/v1/healthz", "/v1/health/x", "/v1/secret/a", "/health", "/v1/sys",
            "/v1/sys/x",
            "/v1/tokens/self/x", "/v1/servers/a/b", "/v1/servers/a/release/x", "/v1/tools/a", "/v1/grants/a/b",
            "/v1/audit",
            "/v1/reveal", "/v1/destroy",
        ]
    )
    func missing(_ path: String) throws {
        for (_, table) in Self.tables {
            for method in [HTTPMethod.GET, .POST, .DELETE] {
                let problem = try #require(throws: Problem.self) { try Self.find(table, method, path) }
                #expect(problem.status == .notFound && problem.allow == nil, "\(path)")
            }
        }
    }

    @Test("the two sockets share two shapes of requests, and on the operators' they open no value")
    func apart() throws {
        func shapes(_ table: RouteTable) -> Set<String> {
            Set(table.routes.map { "\($0.method.rawValue) \($0.pattern)" })
        }
        let both = shapes(.client).intersection(shapes(.operator))
        #expect(both == ["GET /v1/secrets/{name...}", "GET /v1/approvals/{approval}"])
        // Only these answer with a value or a token; a new one has to be added here on purpose.
        let secretBearing: [String: Set<String>] = [
            "client": ["GET /v1/secrets/{name...}", "POST /v1/resolve", "POST /v1/tokens"],
            "operator": ["POST /v1/reveal/{name...}"],
        ]
        for document in APIDocument.both {
            let socket = document.root["x-warder-socket"]?.text ?? ""
            let documented = document.operations.filter { operation in
                operation.responses.values.contains { response in
                    guard let schema = response["content"]?["application/json"]?["schema"] else { return false }
                    let shapes = (schema["oneOf"]?.list ?? [schema]).map(document.resolved)
                    return shapes.contains { shape in
                        ["value", "values", "token"].contains { shape["properties"]?[$0] != nil }
                    }
                }
            }
            let shapes = Set(documented.map { "\($0.method) \($0.pattern)" })
            // An event page has a token's accessor, not the token.
            #expect(shapes == secretBearing[socket], "\(socket)")
        }
    }

    @Test("a path of one socket does not exist on the other")
    func unreachable() throws {
        for (table, other) in [(RouteTable.client, RouteTable.operator), (.operator, .client)] {
            for route in other.routes where route.pattern != "/v1/secrets/{name...}" {
                guard !table.routes.contains(where: { $0.pattern == route.pattern }) else { continue }
                let path = Self.example(route.pattern)
                do {
                    let match = try Self.find(table, route.method, path)
                    // `self` is no token's name: the route refuses it.
                    #expect(path == "/v1/tokens/self" && match.route.pattern == "/v1/tokens/{accessor}", "\(path)")
                    #expect(throws: (any Error).self) { try TokenAccessor("self") }
                } catch let problem as Problem {
                    #expect(problem.status == .notFound || problem.status == .methodNotAllowed)
                }
            }
        }
    }

    @Test("a parameter that a route does not know is refused, one that it knows is not", arguments: tables.indices)
    func query(_ index: Int) throws {
        let table = Self.tables[index].table
        for route in table.routes {
            let path = Self.example(route.pattern)
            let problem = try #require(throws: Problem.self) { try Self.find(table, route.method, path + "?unknown=1") }
            #expect(problem.status == .badRequest)
            for name in route.query { _ = try Self.find(table, route.method, path + "?\(name)=1") }
        }
    }

    @Test("only whoami is for everybody on the client socket, and health while the vault knows nobody")
    func audience() {
        #expect(RouteTable.client.routes.filter { $0.audience == .anybody }.map(\.pattern) == ["/v1/whoami"])
        let whileSealed = RouteTable.client.routes.filter { $0.audience == .registeredOrSealed }
        #expect(whileSealed.map(\.pattern) == ["/v1/health"])
        #expect(RouteTable.operator.routes.allSatisfy { $0.audience == .registered })
    }

    @Test("only a secret's value and an inventory may have a large body")
    func largeBodies() {
        let large = Self.tables.flatMap(\.table.routes).filter { $0.body == .values }
        let names = large.map { "\($0.method.rawValue) \($0.pattern)" }
        #expect(names == ["PUT /v1/secrets/{name...}", "POST /v1/audit/find-leak", "POST /v1/apply"])
        #expect(Self.tables.flatMap(\.table.routes).allSatisfy { $0.method != .GET || $0.body == .none })
    }
}
