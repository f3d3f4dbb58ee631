import NIOHTTP1
import Testing
import WarderModel
import WarderWire

@testable import WarderHTTP

@Suite struct RequestFieldsTests {
    private static let token = TokenText.encode([UInt8](repeating: 7, count: 32))

    private static func fields(
        _ fields: [(String, String)],
        version: HTTPVersion = .http1_1,
        host: Bool = true
    ) throws -> RequestFields {
        let all = (host ? [("Host", "warder")] : []) + fields
        return try RequestFields(
            HTTPRequestHead(version: version, method: .GET, uri: "/", headers: HTTPHeaders(all))
        )
    }

    @Test("a plain request has no body, no token, and stays")
    func plain() throws {
        let fields = try Self.fields([("Accept", "*/*"), ("User-Agent", "curl/8")])
        #expect(!fields.hasBody && fields.token == nil && fields.knownVersion == nil && fields.presenceProof == nil)
        #expect(fields.keepsAlive && !fields.expectsContinue && !fields.isJSON && fields.traceID == nil)
    }

    /// Fields, and the status that they are answered with.
    static let refused: [(fields: [(String, String)], status: Answer.Status)] = [
        ([("Content-Length", "1"), ("Content-Length", "1")], .badRequest),
        ([("Content-Length", "1"), ("content-length", "2")], .badRequest),
        ([("Content-Length", "")], .badRequest), ([("Content-Length", "-1")], .badRequest),
        ([("Content-Length", "+1")], .badRequest), ([("Content-Length", "1 ")], .badRequest),
        ([("Content-Length", "0x10")], .badRequest), ([("Content-Length", "1,1")], .badRequest),
        ([("Content-Length", "99999999999999999999")], .badRequest), ([("Content-Length", "\u{0661}")], .badRequest),
        ([("Transfer-Encoding", "chunked")], .lengthRequired), ([("TRANSFER-ENCODING", "identity")], .lengthRequired),
        ([("Transfer-Encoding", "chunked"), ("Content-Length", "1")], .lengthRequired),
        ([("Content-Length", "1"), ("Transfer-Encoding", "gzip, chunked")], .lengthRequired),
        ([("Content-Encoding", "gzip")], .unsupportedMediaType),
        ([("content-encoding", "identity")], .unsupportedMediaType),
        ([("Origin", "null")], .badRequest), ([("origin", "http://localhost")], .badRequest),
        ([("ORIGIN", "")], .badRequest),
        ([("Upgrade", "h2c")], .badRequest), ([("upgrade", "websocket")], .badRequest),
        ([("Trailer", "X")], .badRequest),
        ([("Host", "other")], .badRequest), ([("Expect", "200-ok")], .badRequest),
        ([("Authorization", "Bearer a"), ("Authorization", "Bearer b")], .badRequest),
        ([("Authorization", "garbage"), ("Authorization", "Bearer \(token)")], .badRequest),
        ([("Authorization", "Bearer \(token)"), ("authorization", "Bearer \(token)")], .badRequest),
        ([("Warder-Presence", "a"), ("warder-presence", "b")], .badRequest),
        ([("Content-Type", "text/plain"), ("Content-Type", "application/json")], .badRequest),
        ([("If-None-Match", "\"v1\""), ("If-None-Match", "\"v2\"")], .badRequest),
    ]

    @Test("what could be read in two ways ends the connection", arguments: refused.indices)
    func ambiguous(_ index: Int) throws {
        let (fields, status) = Self.refused[index]
        let problem = try #require(throws: Problem.self, "\(fields)") { try Self.fields(fields) }
        #expect(problem.closes && problem.status == status, "\(fields)")
        #expect(problem.reason == nil)
    }

    @Test("a request has exactly one Host")
    func host() {
        #expect(throws: Problem.self) { try Self.fields([], host: false) }
        #expect(throws: Problem.self) { try Self.fields([("host", "b")]) }
        #expect(throws: Never.self) { try Self.fields([("HOST", "")], host: false) }
    }

    @Test("no other version of HTTP is spoken", arguments: [HTTPVersion.http1_0, .http0_9, .http2, .http3])
    func version(_ version: HTTPVersion) {
        #expect(throws: Problem.self) { try Self.fields([], version: version) }
    }

    @Test(
        "a body is JSON when it says so in one of two spellings",
        arguments: [
            ("application/json", true), ("Application/JSON", true), ("application/json; charset=utf-8", true),
            ("application/json; charset=UTF-8", true), ("application/json;charset=utf-8", false),
            ("application/json; charset=utf-16", false), ("text/json", false), ("application/json, text/plain", false),
            ("application/jsonl", false), ("", false), ("application/x-www-form-urlencoded", false),
        ]
    )
    func mediaType(_ text: String, _ isJSON: Bool) throws {
        #expect(try Self.fields([("Content-Type", text)]).isJSON == isJSON)
    }

    @Test("lengths are decimal numbers", arguments: [("0", 0), ("1", 1), ("0010", 10), ("65536", 65_536)])
    func length(_ text: String, _ length: Int) throws {
        let fields = try Self.fields([("Content-Length", text)])
        #expect(fields.contentLength == length && fields.hasBody == (length > 0))
    }

    @Test("a token is taken with any capitals in Bearer, and in no other spelling")
    func tokenSpelling() throws {
        for scheme in ["Bearer ", "bearer ", "BEARER "] {
            #expect(try Self.fields([("Authorization", scheme + Self.token)]).token != nil)
        }
        let last = Self.token.last == "0" ? "1" : "0"
        for text in [
            "", "Bearer", "Bearer ", "Basic \(Self.token)", Self.token, "Bearer  \(Self.token)",
            "Bearer \(Self.token) ",
            "Bearer \(Self.token.dropLast())", "Bearer \(Self.token.dropLast())\(last)", "Bearer \(Self.token)0",
            "Bearer \(Self.token.uppercased())", "Bearer wdr_s_\(Self.token.dropFirst(6))", "Bearer\t\(Self.token)",
            "Bearer wdr_t_\(String(repeating: "z", count: 49))", "Token \(Self.token)",
            "Bearer tok_0000000000000000000000",
        ] { #expect(try Self.fields([("Authorization", text)]).token == nil, "\(text)") }
    }

    @Test(
        "a known version is a number in quotes",
        arguments: [
            ("\"v1\"", 1), ("\"v4294967295\"", 4_294_967_295), ("\"v0\"", 0), ("\"v4294967296\"", nil), ("v1", nil),
            ("\"1\"", nil),
            ("\"v\"", nil), ("\"v1", nil), ("W/\"v1\"", nil), ("*", nil), ("\"v1\", \"v2\"", nil), ("\"v+1\"", nil),
            ("\"v-1\"", nil), ("\"v 1\"", nil), ("", nil), ("\"v", nil), ("\"", nil),
        ] as [(String, UInt32?)]
    )
    func known(_ text: String, _ version: UInt32?) throws {
        #expect(try Self.fields([("If-None-Match", text)]).knownVersion == version)
    }

    @Test("a connection ends when it is told to")
    func close() throws {
        #expect(try !Self.fields([("Connection", "close")]).keepsAlive)
        #expect(try !Self.fields([("connection", "Close")]).keepsAlive)
        #expect(try Self.fields([("Connection", "keep-alive")]).keepsAlive)
    }

    @Test("who wants to be told to go on is, and nothing else can be expected")
    func expect() throws {
        #expect(try Self.fields([("Expect", "100-continue")]).expectsContinue)
        #expect(try Self.fields([("Expect", "100-Continue")]).expectsContinue)
    }

    @Test("a trace is taken where it is well formed, and counts as absent otherwise")
    func trace() throws {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736"
        #expect(try Self.fields([("traceparent", "00-\(id)-00f067aa0ba902b7-01")]).traceID == id)
        #expect(try Self.fields([("Traceparent", "cc-\(id)-00f067aa0ba902b7-00")]).traceID == id)
        for text in [
            "", id, "00-\(id)-00f067aa0ba902b7", "ff-\(id)-00f067aa0ba902b7-01",
            "00-\(id.uppercased())-00f067aa0ba902b7-01",
            "00-\(String(repeating: "0", count: 32))-00f067aa0ba902b7-01", "00-\(id)-0000000000000000-01",
            "00-\(id)-00f067aa0ba902b7-01-x", "00-\(id)x-00f067aa0ba902b7-01",
            "00-\(id.dropLast())\n-00f067aa0ba902b7-01",
        ] { #expect(try Self.fields([("traceparent", text)]).traceID == nil, "\(text)") }
    }
}
