import Glibc
import Testing
import WarderCore
import WarderModel
import WarderTesting

@testable import WarderHTTP

/// What belongs together is asked for together.
@Suite struct SeveralFieldsTests {
    private static let path = "/v1/secrets/notes/db"

    /// A server whose tool may use two of three fields, and its token.
    private func with(_ body: (RawClient, [String: String]) throws -> Void) async throws {
        try await TestServer.with { server in
            try await server.mustBeNotes()
            let fields = ["username": "app", "password": "p\"w", "host": "db"]
            try await server.kit.mustPut("notes/db", fields: fields)
            try await server.kit.mustGrant("notes/search", "notes/db", fields: ["username", "password"])
            let client = try server.connect(.client)
            let issued = try Node(json: client.ask("POST", "/v1/tokens", body: #"{"tool":"search"}"#).body)
            let token = try #require(issued["token"]?.text)
            try body(client, ["Authorization": "Bearer \(token)"])
        }
    }

    @Test("fields come in the order in which they were asked for, of one version, by either request")
    func together() async throws {
        try await with { client, bearer in
            let read = try client.ask("GET", "\(Self.path)?fields=password,username", bearer)
            let body = #"{"tool":"search","secret":"notes/db","fields":["password","username"]}"#
            let resolved = try client.ask("POST", "/v1/resolve", body: body)
            for answer in [read, resolved] {
                #expect(answer.status == 200)
                #expect(
                    answer.text
                        == #"{"name":"notes/db","version":1,"state":"current","values":[{"field":"password","value":"p\"w"},{"field":"username","value":"app"}]}"#
                )
            }
            let one = try client.ask("GET", "\(Self.path)?fields=username", bearer)
            #expect(try Node(json: one.body)["values"]?.list.count == 1)
            let known = bearer.merging(["If-None-Match": "\"v1\""]) { $1 }
            let unchanged = try client.ask("GET", "\(Self.path)?fields=username,password", known)
            #expect(unchanged.status == 304)
        }
    }

    @Test("where one is not granted, none is given")
    func oneIsNotGranted() async throws {
        try await with { client, bearer in
            let read = try client.ask("GET", "\(Self.path)?fields=username,host", bearer)
            #expect(read.status == 403 && !read.text.contains("app"))
            let body = #"{"tool":"search","secret":"notes/db","fields":["username","host"]}"#
            let resolved = try client.ask("POST", "/v1/resolve", body: body)
            #expect(resolved.status == 403 && !resolved.text.contains("app"))
        }
    }

    @Test(
        "none, too many, one twice, no names, or one by both ways are refused",
        arguments: [
            "fields=", "fields=a,", "fields=,a", "fields=a,a", "fields=a,b/c", "fields=a&fields=b", "field=a&fields=b",
            "fields=" + (0..<33).map { "f\($0)" }.joined(separator: ","),
        ]
    )
    func malformed(query: String) async throws {
        try await with { client, bearer in
            let answer = try client.ask("GET", "\(Self.path)?\(query)", bearer)
            #expect(answer.status == 400)
        }
    }

    @Test(
        "the same of a body",
        arguments: [#""fields":[]"#, #""fields":["a","a"]"#, #""fields":"a""#, #""field":"a","fields":["b"]"#]
    )
    func malformedBody(member: String) async throws {
        try await with { client, _ in
            let body = #"{"tool":"search","secret":"notes/db",\#(member)}"#
            let answer = try client.ask("POST", "/v1/resolve", body: body)
            #expect(answer.status == 400)
        }
    }
}
