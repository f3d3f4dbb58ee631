import Glibc
import Locking
import Logging
import Testing
import WarderCore
import WarderTesting

@testable import WarderHTTP

/// What the daemon's own log says of opening and closing the vault.
@Suite struct OpeningNoticeTests {
    /// Keeps lines.
    private struct Keeper: LogHandler {
        final class Lines: Sendable {
            let all = Locked<[String]>([])
        }

        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
            lines.all.withLock { $0.append("\(event.level.rawValue): \(event.message)" + fields.joined()) }
        }
    }

    @Test("sealing, a wrong passphrase and unsealing are noted, with who it was and nothing of what they typed")
    func notes() async throws {
        let lines = Keeper.Lines()
        try await TestServer.with(logger: Logger(label: "test") { _ in Keeper(lines: lines) }) { server in
            let client = try server.connect(.operator)
            func ask(_ target: String, _ body: String) throws -> Int {
                try client.send(RawClient.request("POST", target, [:], body: body))
                return try client.receive().status
            }
            let seal = try ask("/v1/sys/seal", "{}")
            let wrong = try ask("/v1/sys/unseal", #"{"passphrase":"canary staple wrong"}"#)
            let right = try ask("/v1/sys/unseal", #"{"passphrase":"\#(TestVault.passphrase)"}"#)
            #expect([seal, wrong, right] == [200, 403, 200])
        }
        let who = "pid=\(getpid())"
        let uid = "uid=\(geteuid())"
        let seen = lines.all.withLock { $0 }
        #expect(
            seen == [
                "info: sealed \(who) \(uid)", "warning: unsealing failed \(who) reason=wrong_key \(uid)",
                "info: unsealed \(who) \(uid)",
            ]
        )
    }
}
