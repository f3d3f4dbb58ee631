import Foundation
import Locking
import NIOHTTP1
import SecretMemory
import SecretRedaction
import Testing
import UpstreamAddresses
import WarderModel

@testable import UpstreamProxy

@Suite("What comes back")
struct AnswerTests {
    @Test("the credential is covered in heads, bodies and trailers, however the upstream spells and cuts it")
    func covered() async throws {
        let secret = "real-s3cr3t-value"
        let base64 = Data(secret.utf8).base64EncodedString()
        try await ProxyBench.run(answering: { asked in
            let echo = asked.head.headers["authorization"].first ?? ""
            return .init(
                headers: [("X-Echo", echo), ("X-Base64", "v=\(base64);"), ("Warning", "199 - \(secret)")],
                pieces: [
                    "{\"a\":\"re", "al-s3cr3t", "-val", "ue\",\"b\":\"\(base64.prefix(9))", "\(base64.dropFirst(9))\"}",
                ],
                trailers: asked.head.uri == "/chunked" ? [("X-Sum", secret)] : [],
                hasLength: asked.head.uri != "/chunked"
            )
        }) { bench in
            for path in ["/length", "/chunked"] {
                let answer = try await #require(bench.client().ask(bench.request("GET \(path) HTTP/1.1")))
                #expect(answer.body.hasPrefix("{\"a\":\"*****************\",\"b\":\"*********"), "\(answer.body)")
                #expect(
                    !(answer.head + answer.body).contains("s3cr3t")
                        && !(answer.head + answer.body).contains(base64.prefix(12))
                )
                #expect(answer.field("x-echo") == "Bearer *****************")
            }
        }
    }

    @Test("a credential in the name of a field cannot be covered, and does not come back")
    func fieldNames() async throws {
        let secret = "real-s3cr3t-value"
        try await ProxyBench.run(answering: {
            $0.head.uri == "/head"
                ? .init(headers: [("X-\(secret)", "1")])
                : .init(trailers: [("X-\(secret)", "1"), ("X-Sum", "2")], hasLength: false)
        }) { bench in
            let head = try await bench.client().ask(bench.request("GET /head HTTP/1.1"))
            #expect(head?.status == 502 && head?.field("warder-refusal") == "upstream_answer_refused")
            let trailer = try await #require(bench.client().ask(bench.request("GET /trailer HTTP/1.1")))
            #expect(trailer.field("x-sum") == "2" && !trailer.head.contains(secret), "\(trailer.head)")
        }
    }

    @Test("what was sent earlier is covered later")
    func earlier() async throws {
        try await ProxyBench.run(answering: { _ in .init(pieces: ["real-s3cr3t-value second-value"]) }) { bench in
            let client = try bench.client()
            _ = await client.ask(bench.request())
            bench.vault.set {
                $0.value = "second-value"; $0.version = 2
            }
            #expect(await client.ask(bench.request())?.body == "***************** ************")
        }
    }

    @Test("what another upstream is sent while this one answers is covered as well")
    func others() async throws {
        let known = KnownCredentials()
        let other = try SecretBytes(copying: Array("second-value".utf8))
        let name = try SecretName("other/token")
        try await ProxyBench.run(
            known: known,
            answering: { _ in
                _ = try? known.shapes(adding: other, version: 1, of: name, field: .value)
                return .init(headers: [("X-Other", "second-value")], pieces: ["real-s3cr3t-value sec", "ond-value"])
            }
        ) { bench in
            let answer = try await #require(bench.client().ask(bench.request()))
            #expect(answer.body == "***************** ************" && answer.field("x-other") == "************")
        }
    }

    @Test("a version takes the place of no other secret's, and the last eight of each are known")
    func versions() throws {
        let known = KnownCredentials()
        func sent(_ value: String, _ version: UInt32, of name: String) throws -> String {
            let bytes = try SecretBytes(copying: Array(value.utf8))
            _ = try known.shapes(adding: bytes, version: version, of: SecretName(name), field: .value)
            let shapes = try #require(known.shapes)
            return shapes.redacted("api-value-1 wiki-value-1 api-value-9")
        }
        #expect(known.shapes == nil)
        #expect(try sent("api-value-1", 1, of: "a/api") == "*********** wiki-value-1 api-value-9")
        #expect(try sent("wiki-value-1", 1, of: "a/wiki") == "*********** ************ api-value-9")
        for version in 2...8 { _ = try sent("api-value-\(version)", UInt32(version), of: "a/api") }
        #expect(try sent("api-value-9", 9, of: "a/api") == "api-value-1 ************ ***********")
    }

    @Test("what cannot be searched is not carried", arguments: ["gzip", "br", "GZIP", "identity, gzip", "x"])
    func packed(coding: String) async throws {
        try await ProxyBench.run(answering: { _ in .init(headers: [("Content-Encoding", coding)]) }) { bench in
            let answer = try await bench.client().ask(bench.request("GET / HTTP/1.1", "Accept-Encoding: \(coding)"))
            #expect(answer?.status == 502 && answer?.field("warder-refusal") == "upstream_answer_refused")
        }
    }

    @Test("nor is what is packed for the way alone", arguments: ["gzip, chunked", "gzip", "chunked, chunked", "x"])
    func packedOnTheWay(coding: String) throws {
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Transfer-Encoding": coding])
        let secret = try SecretBytes(copying: Array("real-s3cr3t-value".utf8))
        let shapes = try KnownCredentials().shapes(
            adding: secret,
            version: 1,
            of: SecretName("fake/token"),
            field: .value
        )
        let origin = try UpstreamOrigin("https://api.example.org")
        #expect(throws: RequestRefusal.answer) {
            try AnswerHead.carried(head, from: origin, base: "http://127.0.0.1:4000", covering: shapes)
        }
    }

    @Test("parts of an answer are not asked for, and not carried")
    func parts() async throws {
        try await ProxyBench.run(answering: { .init(status: $0.head.headers["range"].isEmpty ? .partialContent : .ok) })
        { bench in
            let answer = try await bench.client().ask(bench.request("GET / HTTP/1.1", "Range: bytes=0-3"))
            #expect(answer?.field("warder-refusal") == "upstream_answer_refused")
        }
    }

    @Test("addresses of the upstream become the proxy's, and no other does")
    func addresses() throws {
        let origin = try UpstreamOrigin("https://api.example.org/v1")
        let base = "http://127.0.0.1:4000"
        let rules = AddressRewriting(origin: origin, base: base)
        let table = [
            ("https://api.example.org/v1/x?y#z", "\(base)/v1/x?y#z"), ("https://API.example.org:443/x", "\(base)/x"),
            ("//api.example.org/x", "\(base)/x"), ("https://api.example.org", base), ("/x", "/x"), ("x", "x"),
            ("https://api.example.org.evil.example/x", "https://api.example.org.evil.example/x"),
            ("https://api.example.org@evil.example/", "https://api.example.org@evil.example/"),
            ("https://api.example.org:444/x", "https://api.example.org:444/x"),
            ("http://api.example.org/x", "http://api.example.org/x"),
            ("https://other.example/x", "https://other.example/x"),
        ]
        for (text, wanted) in table {
            #expect(rules.rewritten(text, of: "Location") == wanted)
            #expect(rules.rewritten(text, of: "content-location") == wanted)
            #expect(rules.rewritten(text, of: "X-Location") == text)
        }
        let links = "<https://api.example.org/x?page=2>; rel=\"next\", <https://other.example/>; rel=\"a\", <"
        #expect(
            rules.rewritten(links, of: "Link")
                == "<\(base)/x?page=2>; rel=\"next\", <https://other.example/>; rel=\"a\", <"
        )
        let cookie = rules.rewritten(
            "a=b; Domain=example.org; Path=/; Secure; HttpOnly; SameSite=None",
            of: "Set-Cookie"
        )
        #expect(cookie == "a=b; Path=/; HttpOnly")
    }

    @Test("fields about the connection stay behind")
    func hops() async throws {
        let fields = [
            ("Connection", "X-Hop"), ("X-Hop", "1"), ("Alt-Svc", "h3=\":443\""),
            ("Strict-Transport-Security", "max-age=1"), ("X-End", "2"),
        ]
        try await ProxyBench.run(answering: { _ in .init(headers: fields) }) { bench in
            let answer = try await #require(bench.client().ask(bench.request()))
            #expect(answer.field("x-hop") == nil && answer.field("alt-svc") == nil && answer.field("x-end") == "2")
            #expect(answer.field("strict-transport-security") == nil)
        }
    }
}
