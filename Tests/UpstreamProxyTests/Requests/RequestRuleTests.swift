import NIOHTTP1
import Testing
import UpstreamAddresses
import WarderModel

@testable import UpstreamProxy

@Suite("What the proxy carries")
struct RequestRuleTests {
    private static func upstream(
        path: String = "",
        _ places: Set<PlaceholderPlace> = PlaceholderPlace.usual
    ) throws -> ProxiedUpstream {
        ProxiedUpstream(
            name: "x",
            origin: try UpstreamOrigin("https://api.example.org\(path)"),
            secret: try SecretName("a/b"),
            places: places
        )
    }

    private static func judge(
        _ uri: String,
        _ fields: [(String, String)] = [],
        method: HTTPMethod = .GET,
        version: HTTPVersion = .http1_1,
        to upstream: ProxiedUpstream,
        host: [String] = ["127.0.0.1:4000"],
        credential: String? = nil
    ) -> RequestRefusal? {
        var headers = HTTPHeaders(host.map { ("Host", $0) })
        headers.add(name: "Authorization", value: credential ?? "Bearer \(upstream.placeholder.text)")
        for field in fields { headers.add(name: field.0, value: field.1) }
        let head = HTTPRequestHead(version: version, method: method, uri: uri, headers: headers)
        do throws(RequestRefusal) {
            _ = try CheckedRequest(head, to: upstream, ownAddresses: ["127.0.0.1:4000", "localhost:4000"])
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "a target that could lead anywhere else is refused",
        arguments: [
            "http://evil.example/", "https://api.example.org/api/x", "//evil.example/api/x", "*", "", "api/x",
            "/api/../x",
            "/api/..", "/api/./x", "/api/%2e%2e/x", "/api/%2E./x", "/api/.%2e/x", "/api/%252e%252e/x",
            "/api/%25252e%2e/x",
            "/api/..%2fx", "/api/x%2f..%2f..%2fx", "/api/x%2F%2E%2E", "/api/..\\x", "/api/x%5c..%5cx", "/api/..;a=b/x",
            "/api/%2e%2e;/x", "/api/\u{7f}", "/api/x%00", "/api/x%0d%0aHost:%20evil", "/api/x%0a", "/api/%", "/api/%zz",
            "/api/x%2", "/api/%c0%ae%c0%ae/x", "/api/x#y", "/apix", "/ap", "/", "/API/x", "/%61pi/x", "/api/x?a=b c",
            "/api/x?a=é",
            "/api/%2525252525252e%2e/x",
        ]
    )
    func targets(uri: String) throws {
        #expect(Self.judge(uri, to: try Self.upstream(path: "/api")) == .target)
    }

    @Test(
        "plain targets below the declared path pass, also with escapes that mean themselves",
        arguments: [
            "/api", "/api/", "/api?x", "/api/x?y=..%2f..&z=//", "/api/projects/group%2Fproject", "/api/100%25",
            "/api/a//b",
            "/api/..x/y", "/api/...", "/api/%E4%BD%A0", "/api/x;v=1",
        ]
    )
    func plainTargets(uri: String) throws {
        #expect(Self.judge(uri, to: try Self.upstream(path: "/api")) == nil)
    }

    @Test("methods that tunnel or repeat are refused")
    func methods() throws {
        let upstream = try Self.upstream()
        for method in [HTTPMethod.CONNECT, .TRACE] { #expect(Self.judge("/", method: method, to: upstream) == .method) }
        for method in [HTTPMethod.DELETE, .PATCH, .OPTIONS, .RAW(value: "REPORT")] {
            #expect(Self.judge("/", method: method, to: upstream) == nil)
        }
    }

    @Test(
        "only the proxy's own name is answered to, and only once",
        arguments: [
            [], ["evil.example"], ["127.0.0.1"], ["127.0.0.1:4000", "127.0.0.1:4000"], ["127.0.0.1:4001"],
            ["api.example.org"], ["127.0.0.1:4000, evil"],
        ]
    )
    func hosts(host: [String]) throws {
        #expect(Self.judge("/", to: try Self.upstream(), host: host) == .host)
        #expect(Self.judge("/", to: try Self.upstream(), host: ["LOCALHOST:4000"]) == nil)
    }

    @Test(
        "lengths and codings that two readers may understand differently are refused",
        arguments: [
            [("Content-Length", "1"), ("Transfer-Encoding", "chunked")],
            [("Content-Length", "1"), ("Content-Length", "1")],
            [("Content-Length", "1, 1")], [("Content-Length", "+1")], [("Content-Length", "-1")],
            [("Content-Length", "0x1")],
            [("Content-Length", "99999999999999999999")], [("Transfer-Encoding", "chunked, chunked")],
            [("Transfer-Encoding", "gzip, chunked")], [("Transfer-Encoding", "identity")],
            [("Transfer-Encoding", "xchunked")],
            [("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "chunked")], [("Content-Length", "1 ")],
        ]
    )
    func framing(fields: [(String, String)]) throws {
        #expect(Self.judge("/", fields, method: .POST, to: try Self.upstream()) == .framing)
    }

    @Test("an old version cannot have chunks")
    func oldVersion() throws {
        #expect(
            Self.judge("/", [("Transfer-Encoding", "chunked")], version: .http1_0, to: try Self.upstream()) == .framing
        )
    }

    @Test("WebSockets are refused")
    func webSocket() throws {
        let fields = [("Connection", "Upgrade"), ("Upgrade", "WebSocket")]
        #expect(Self.judge("/", fields, to: try Self.upstream()) == .upgrade)
    }

    @Test("the placeholder must stand where it may, whole, once, and with no other credential beside it")
    func placeholder() throws {
        let upstream = try Self.upstream(path: "", [.authorization, .header("private-token")])
        let text = upstream.placeholder.text
        #expect(Self.judge("/", to: upstream, credential: "Bearer \(text)x") == .misplaced)
        #expect(Self.judge("/", to: upstream, credential: "Bearer \(text.dropLast())") == .noPlaceholder)
        #expect(Self.judge("/", to: upstream, credential: text) == .misplaced)
        #expect(Self.judge("/", to: upstream, credential: "Bearer  \(text)") == .misplaced)
        #expect(
            Self.judge("/", to: upstream, credential: "Bearer \(try Self.upstream().placeholder.text)")
                == .noPlaceholder
        )
        #expect(Self.judge("/\(text)", to: upstream) == .misplaced)
        #expect(Self.judge("/?private-token=\(text)", to: upstream) == .misplaced)
        #expect(Self.judge("/", [("X-Other", "a \(text)")], to: upstream) == .misplaced)
        #expect(Self.judge("/", [("Cookie", text)], to: upstream) == .misplaced)
        #expect(Self.judge("/", [("Authorization", "Bearer other")], to: upstream) == .ambiguous)
        #expect(Self.judge("/", [("PRIVATE-TOKEN", text), ("private-token", "other")], to: upstream) == .ambiguous)
        #expect(Self.judge("/", [("PRIVATE-TOKEN", text)], to: upstream, credential: "Bearer other") == .ambiguous)
        #expect(Self.judge("/", [("PRIVATE-TOKEN", text)], to: upstream) == nil)
    }

    @Test("a field that the connection names does not go on, and neither does a placeholder in it")
    func connectionFields() throws {
        let upstream = try Self.upstream()
        let head = HTTPRequestHead(
            version: .http1_1,
            method: .GET,
            uri: "/",
            headers: [
                "Host": "localhost:4000", "Authorization": "Bearer \(upstream.placeholder.text)",
                "Connection": "X-Hop, keep-alive",
                "X-Hop": "1", "Keep-Alive": "1", "TE": "trailers", "Proxy-Authorization": "x", "Range": "bytes=0-1",
                "Accept-Encoding": "gzip", "X-Original-URL": "/admin", "X-Rewrite-Url": "/admin", "X-End": "2",
            ]
        )
        let request = try CheckedRequest(head, to: upstream, ownAddresses: ["localhost:4000"])
        #expect(request.headers.map(\.name) == ["X-End"])
    }

    @Test(
        "what declares no place to send a credential to is refused",
        arguments: [
            ("", UpstreamOrigin.Invalid.notAnAddress), ("api.example.org", .notAnAddress), ("ftp://x", .notAnAddress),
            ("https://", .notAnAddress), ("https://user@x", .notAnAddress), ("https://x:0", .notAnAddress),
            ("https://x:65536", .notAnAddress), ("https://x:+1", .notAnAddress), ("https://x y", .notAnAddress),
            ("https://[::1", .notAnAddress), ("http://api.example.org", .notEncrypted),
            ("http://127.0.0.1.example.org", .notEncrypted),
            ("https://x/a/../b", .badPath), ("https://x/a//b", .badPath), ("https://x/a?b", .badPath),
            ("https://x/%61", .badPath),
        ]
    )
    func badOrigins(text: String, fault: UpstreamOrigin.Invalid) {
        #expect(throws: fault) { try UpstreamOrigin(text) }
    }

    @Test("what declares a place is read")
    func origins() throws {
        let named = try UpstreamOrigin("http://localhost:8080")
        #expect(named.destination == "127.0.0.1" && named.authority == "localhost:8080", "no resolver is asked")
        let plain = try UpstreamOrigin("HTTPS://API.Example.org/v1/")
        #expect(
            plain.host == "api.example.org" && plain.port == 443 && plain.path == "/v1"
                && plain.authority == "api.example.org"
        )
        let local = try UpstreamOrigin("http://[::1]:8080")
        #expect(local.host == "::1" && local.authority == "[::1]:8080" && local.path.isEmpty && !local.isEncrypted)
    }

    @Test("places are read, and fields that decide about the message are none")
    func places() {
        #expect(PlaceholderPlace("bearer") == .authorization && PlaceholderPlace("basic") == .basic)
        #expect(PlaceholderPlace("header:PRIVATE-TOKEN") == .header("private-token"))
        #expect(PlaceholderPlace("query:api_key") == .query("api_key"))
        for text in [
            "", "header", "header:", "header:a b", "header:Host", "header:content-length", "query:", "query:a&b",
            "cookie:x",
        ] {
            #expect(PlaceholderPlace(text) == nil, "\(text)")
        }
    }

    @Test("placeholders are new each time, look like tokens, and say what they are")
    func placeholders() {
        let all = Set((0..<1_000).map { _ in Placeholder().text })
        #expect(all.count == 1_000)
        #expect(
            all.allSatisfy { $0.hasPrefix("wdr_p_") && TokenText.decode($0, prefix: Placeholder.prefix)?.count == 32 }
        )
    }
}
