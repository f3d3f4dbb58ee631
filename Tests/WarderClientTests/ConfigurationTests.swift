import Testing

@testable import WarderClient

@Suite("Finding the vault")
struct ConfigurationTests {
    @Test("a given path goes before the environment, and the environment before the usual places")
    func order() throws {
        let environment = ["WARDER_SOCKET": "/run/elsewhere/client.sock"]
        #expect(try WarderClientConfiguration(socketPath: "/a").resolvedSocketPath(environment: environment) == "/a")
        #expect(
            try WarderClientConfiguration().resolvedSocketPath(environment: environment) == "/run/elsewhere/client.sock"
        )
        #expect(try WarderClientConfiguration().resolvedSocketPath(environment: [:]).hasSuffix("/client.sock"))
    }

    @Test(
        "a path that cannot be a socket's is refused",
        arguments: ["", "client.sock", "/" + String(repeating: "x", count: 107), "/a\u{0}b"]
    )
    func unusable(_ path: String) {
        let error = #expect(throws: WarderClientError.self) {
            try WarderClient(WarderClientConfiguration(socketPath: path))
        }
        #expect(error?.code == .invalidConfiguration)
    }

    @Test("no code is both a refusal and worth another try, and every code has a meaning and a name of its own")
    func codes() {
        let errors = WarderClientError.Code.Kind.allCases.map { WarderClientError(WarderClientError.Code(kind: $0)) }
        #expect(errors.allSatisfy { !($0.isRefusal && $0.isRetryable) })
        #expect(Set(errors.map(\.code.description)).count == errors.count)
        #expect(Set(errors.map(\.code.kind.meaning)).count == errors.count)
        #expect(WarderClientError(.unreachable).isRetryable)
        #expect(WarderClientError(.refused).isRefusal)
        let told = WarderClientError(.refused, requestID: "req_7Q").description
        #expect(told.contains("warder audit search --where request_id=") && told.contains("req_7Q"))
    }
}
