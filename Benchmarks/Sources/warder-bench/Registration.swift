import Foundation
import NIOHTTP1

/// What is in a vault that is measured: a server that the load generator counts as, a tool, and secrets that it may
/// use.
struct Registration {
    static let server = "bench"
    static let tool = "\(server)/read"
    static let secret = "bench/value"
    /// A server that `warder run` starts, with the same secret.
    static let proxied = "bench-proxied"
    /// Operator connections that fill a vault at the same time, so that its commits are shared.
    static let writers = 8

    let vault: VaultProcess

    /// Sets the vault up with so many secrets in all, and leaves it unsealed.
    ///
    /// `preparing`: what else is done before there is a server that runs as the operator.
    func perform(
        secrets: Int = 1,
        preparing: (OperatorClient) async throws -> Void = { _ in }
    ) async throws {
        let client = try await OperatorClient.connect(to: vault.operatorSocket)
        try await client.send(
            .POST,
            "/v1/sys/init",
            #"{"passphrase":"\#(OperatorClient.passphrase)","operator":"bench"}"#
        )
        // Whoever set a team's vault up cannot read its log; exports are measured too.
        try await client.send(
            .POST,
            "/v1/operators",
            #"{"name":"bench","uid":\#(geteuid()),"roles":["admin","auditor"]}"#
        )
        try await Self.put(Self.secret, with: client)
        try await fill(upTo: secrets - 1)
        try await preparing(client)
        try await client.send(
            .POST,
            "/v1/servers",
            #"{"name":"\#(Self.server)","owner":"bench","selectors":{"uid":\#(geteuid())}}"#
        )
        try await client.send(
            .POST,
            "/v1/tools",
            #"{"name":"\#(Self.tool)","risk":"read-only","description":"Reads one value."}"#
        )
        try await client.send(
            .POST,
            "/v1/grants",
            #"{"tool":"\#(Self.tool)","secret":"\#(Self.secret)","ttl":3600}"#
        )
        // What is measured is how many there can be.
        try await client.send(.PUT, "/v1/limits", #"{"risk":"read-only","limit":"off"}"#)
        await client.close()
    }

    /// Adds a server that `warder run --proxy` starts.
    func addProxied() async throws {
        let client = try await OperatorClient.connect(to: vault.operatorSocket)
        try await client.send(
            .POST,
            "/v1/servers",
            #"{"name":"\#(Self.proxied)","owner":"bench","selectors":{"uid":\#(geteuid()),"launch":true}}"#
        )
        let tool = "\(Self.proxied)/read"
        try await client.send(.POST, "/v1/tools", #"{"name":"\#(tool)","risk":"read-only","description":"Asks."}"#)
        try await client.send(.POST, "/v1/grants", #"{"tool":"\#(tool)","secret":"\#(Self.secret)","ttl":3600}"#)
        await client.close()
    }

    private static func put(_ name: String, with client: OperatorClient) async throws {
        // As long as a GitHub token.
        let value = "ghx_" + String((0..<36).map { _ in "abcdefghijklmnopqrstuvwxyz0123456789".randomElement() ?? "a" })
        try await client.send(.PUT, "/v1/secrets/\(name)", #"{"fields":{"value":"\#(value)"}}"#)
    }

    private func fill(upTo count: Int) async throws {
        guard count > 0 else { return }
        let socket = vault.operatorSocket
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<min(count, Self.writers) {
                group.addTask {
                    let client = try await OperatorClient.connect(to: socket)
                    for number in stride(from: writer, to: count, by: Self.writers) {
                        try await Self.put("team-\(number % 40)/service-\(number)/token", with: client)
                    }
                    await client.close()
                }
            }
            try await group.waitForAll()
        }
    }
}
