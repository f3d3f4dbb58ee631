import Glibc
import Locking
import NIOSSL
import SecretMemory
import Testing
import UpstreamAddresses
import WarderLinux
import WarderModel

@testable import UpstreamProxy

/// A vault of one secret that a test can change and take away.
final class FakeVault: CredentialSource {
    struct State {
        var value = "real-s3cr3t-value"
        var version: UInt32 = 1
        /// What it has rotated to when it is asked whether there is another version.
        var newer: String?
        var fault: CredentialFault?
        var resolved: [[ToolCall]] = []
        var reports: [UpstreamReport] = []
        /// Credentials that were given up, with a report or without.
        var finished = 0
        /// Tools that get nothing.
        var denied: Set<String> = []
    }

    let state = Locked(State())

    func resolve(
        _ secret: SecretName,
        field: FieldName,
        for calls: [ToolCall]
    ) async throws(CredentialFault) -> IssuedCredential {
        let result: Result<(String, UInt32), CredentialFault> = state.withLock { state in
            state.resolved.append(calls)
            if let fault = state.fault { return .failure(fault) }
            guard calls.allSatisfy({ $0.tool.map { !state.denied.contains($0.text) } ?? false }) else {
                return .failure(.denied)
            }
            return .success((state.value, state.version))
        }
        let (value, version) = try result.get()
        guard let issued = issue(value, version) else { throw .unavailable }
        return issued
    }

    private func issue(_ value: String, _ version: UInt32) -> IssuedCredential? {
        guard let secret = try? SecretBytes(copying: Array(value.utf8)) else { return nil }
        return IssuedCredential(
            value: secret,
            version: version,
            renew: { self.renewed() },
            finish: { reports in
                self.state.withLock { state in
                    state.finished += 1
                    state.reports += reports
                }
            }
        )
    }

    private func renewed() -> IssuedCredential? {
        let newer: (String, UInt32)? = state.withLock { state in
            guard let newer = state.newer else { return nil }
            (state.value, state.version, state.newer) = (newer, state.version + 1, nil)
            return (newer, state.version)
        }
        return newer.flatMap { issue($0.0, $0.1) }
    }

    func set(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }
    var reports: [UpstreamReport] { state.withLock { $0.reports } }
    var value: String { state.withLock { $0.value } }
}

final class Refusals: ProxyObserver {
    let requests = Locked<[RequestRefusal]>([])
    let connections = Locked<[UInt32?]>([])

    func refusedConnection(to upstream: String, uid: UInt32?) { connections.withLock { $0.append(uid) } }
    func refusedRequest(to upstream: String, because refusal: RequestRefusal) {
        requests.withLock { $0.append(refusal) }
    }
}

/// A proxy between a test and an upstream.
struct ProxyBench: Sendable {
    let proxy: LoopbackProxy
    let fake: FakeUpstream
    let vault: FakeVault
    let calls: CallsInFlight
    let refusals: Refusals

    var placeholder: String { proxy.upstream.placeholder.text }

    func client() throws -> RawClient { try RawClient(port: proxy.port) }

    /// A request that is carried, with fields more.
    func request(
        _ line: String = "GET / HTTP/1.1",
        _ fields: String...,
        credential: String? = nil,
        body: String = ""
    ) -> String {
        let own = ["Host: 127.0.0.1:\(proxy.port)", credential ?? "Authorization: Bearer \(placeholder)"]
        return ([line] + own + fields).filter { !$0.isEmpty }.joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    /// Runs `body` with everything in place, and ends it all after that.
    static func run(
        path: String = "",
        places: [String] = ["authorization", "basic"],
        host: String = "127.0.0.1",
        security: NIOSSLContext? = nil,
        authorities: String? = nil,
        calls: CallsInFlight = CallsInFlight(),
        known: KnownCredentials = KnownCredentials(),
        isOwn: @escaping LoopbackProxy.OwnerCheck = { _ in (true, geteuid()) },
        answering handler: @escaping FakeUpstream.Handler = { _ in .init() },
        _ body: @escaping @Sendable (ProxyBench) async throws -> Void
    ) async throws {
        let fake = try await FakeUpstream(security: security, handler)
        let scheme = security == nil ? "http" : "https"
        let upstream = ProxiedUpstream(
            name: "fake",
            origin: try UpstreamOrigin("\(scheme)://\(host):\(fake.port)\(path)"),
            secret: try SecretName("fake/token"),
            places: Set(try places.map { try #require(PlaceholderPlace($0)) }),
            authorities: authorities
        )
        let vault = FakeVault()
        let refusals = Refusals()
        let proxy = try await LoopbackProxy(
            upstream,
            calls: calls,
            credentials: vault,
            known: known,
            observer: refusals,
            isOwn: isOwn
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await fake.run() }
            group.addTask { await proxy.run() }
            let bench = ProxyBench(proxy: proxy, fake: fake, vault: vault, calls: calls, refusals: refusals)
            defer { group.cancelAll() }
            try await body(bench)
        }
    }
}
