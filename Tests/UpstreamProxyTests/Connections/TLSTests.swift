import NIOSSL
import Testing

@testable import UpstreamProxy

@Suite("TLS to the upstream")
struct TLSTests {
    private static func status(
        _ security: NIOSSLContext,
        trusting authorities: String?,
        host: String = "localhost"
    ) async throws -> (status: Int?, refusal: String?, asked: Int) {
        try await withValue { keep in
            try await ProxyBench.run(host: host, security: security, authorities: authorities) { bench in
                let answer = try await bench.client().ask(bench.request())
                keep((answer?.status, answer?.field("warder-refusal"), bench.fake.asked.count))
            }
        }
    }

    @Test("an upstream whose certificate holds is asked, by name and by address")
    func holds() async throws {
        let authority = try TestAuthority()
        defer { authority.remove() }
        let security = try authority.server("DNS:localhost,IP:127.0.0.1")
        for host in ["localhost", "127.0.0.1"] {
            let result = try await Self.status(security, trusting: authority.certificate, host: host)
            #expect(result.status == 200 && result.asked == 1, "\(host)")
        }
    }

    @Test("any other certificate is refused before a byte of the request has left")
    func doesNotHold() async throws {
        let authority = try TestAuthority()
        let other = try TestAuthority()
        defer {
            authority.remove()
            other.remove()
        }
        let good = try authority.server("DNS:localhost,IP:127.0.0.1")
        let cases: [(String, NIOSSLContext, String?, String)] = [
            ("another authority", good, other.certificate, "localhost"),
            ("the system's authorities", good, nil, "localhost"),
            ("another name", try authority.server("DNS:other.example"), authority.certificate, "localhost"),
            ("another address", try authority.server("IP:127.0.0.2,DNS:localhost"), authority.certificate, "127.0.0.1"),
            (
                "no longer valid", try authority.server("DNS:localhost", options: "-days -1"), authority.certificate,
                "localhost"
            ),
            (
                "an old version", try authority.server("DNS:localhost", versions: (.tlsv1, .tlsv11)),
                authority.certificate,
                "localhost"
            ),
        ]
        for (name, security, authorities, host) in cases {
            let result = try await Self.status(security, trusting: authorities, host: host)
            #expect(result.status == 502 && result.refusal == "upstream_unreachable" && result.asked == 0, "\(name)")
        }
    }

    @Test("a file of authorities that is not there stops the proxy and not the first call")
    func missingFile() async throws {
        let authority = try TestAuthority()
        defer { authority.remove() }
        let security = try authority.server("DNS:localhost")
        await #expect(throws: (any Error).self) {
            try await ProxyBench.run(host: "localhost", security: security, authorities: "/nowhere/ca.pem") { _ in }
        }
    }
}

/// What a closure hands out.
private func withValue<Value: Sendable>(
    _ body: (@escaping @Sendable (Value) -> Void) async throws -> Void
) async throws -> Value {
    let (stream, continuation) = AsyncStream<Value>.makeStream()
    try await body { continuation.yield($0) }
    continuation.finish()
    for await value in stream { return value }
    throw CancellationError()
}
