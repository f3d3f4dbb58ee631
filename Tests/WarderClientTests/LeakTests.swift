import Foundation
import NIOCore
import NIOEmbedded
import NIOHTTP1
import SecretMemory
import Testing
import WarderWire

@testable import WarderClient

@Suite("What stays secret")
struct LeakTests {
    private static let canary = "canary-value-9d1f"

    @Test("no error says a value, a token, a name or anything that the vault wrote")
    func errors() async throws {
        try await TestVault.with {
            $0.timeout = .milliseconds(300)
        } _: { vault in
            let canary = Self.canary
            let answers: [StubAnswer] = [
                .json(403, #"{"error":{"code":"denied","message":"\#(canary)","request_id":"\#(canary) \#(canary)"}}"#),
                .json(
                    403,
                    #"{"error":{"code":"\#(canary)","message":"\#(canary)","request_id":"wdr_t_\#(canary)\#(canary)"}}"#
                ),
                .json(200, #"{"name":"\#(canary)","value":"\#(canary)"}"#), .raw("\(canary)\r\n\r\n"), .hang, .close,
                .json(401, #"{"error":{"code":"token_invalid","message":"\#(canary)","request_id":7}}"#),
                .rawThenClose("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n\(canary)"),
            ]
            for (index, answer) in answers.enumerated() {
                for route in ["POST /v1/tokens", "GET /v1/secrets/"] {
                    vault.rules.change { $0.overrides = [route: answer] }
                    let error = try await clientError {
                        _ = try await vault.client.resolve("canary/name", for: "canary_tool_\(index)")
                    }
                    var dumped = ""
                    dump(error, to: &dumped)
                    for text in ["\(error)", String(reflecting: error), error.localizedDescription, dumped] {
                        #expect(!text.contains("canary"))
                        #expect(!text.contains("wdr_t_"))
                    }
                }
            }
        }
    }

    @Test("a resolved secret shows nothing of itself")
    func descriptions() async throws {
        try await TestVault.with { vault in
            vault.rules.change { $0.value = Self.canary }
            let secret = try await vault.client.resolve("canary/name", for: "t")
            var dumped = ""
            dump(secret, to: &dumped)
            for text in ["\(secret)", String(reflecting: secret), dumped] {
                #expect(!text.contains("canary"))
                #expect(!text.contains("wdr_t_"))
            }
            // The scan would have found it.
            #expect("\(secret.unprotectedText() ?? "")".contains("canary"))
        }
    }

    @Test("the bytes of an answer are wiped where they arrived")
    func answerIsWiped() throws {
        let arrived = ByteBuffer(string: "before " + Self.canary + " after")
        var rest = arrived
        rest.moveReaderIndex(forwardBy: 7)
        let part = rest.readSlice(length: Self.canary.utf8.count)
        let body = AnswerBody()
        body.take(try #require(part))
        #expect(
            String(buffer: arrived) == "before " + String(repeating: "\0", count: Self.canary.utf8.count) + " after"
        )
        #expect(body.finish() == Array(Self.canary.utf8))
        #expect(body.count == 0)
    }

    @Test("once an answer is there, neither its bytes nor the request's are left in the buffers of the connection")
    func connectionIsWiped() throws {
        let channel = EmbeddedChannel()
        let pool = ConnectionPool(path: "/nonexistent", limit: 1, loop: channel.embeddedEventLoop)
        let connection = VaultConnection(pool: pool)
        try channel.pipeline.syncOperations.addHandlers([
            RequestBytes(), ByteToMessageHandler(HTTPResponseDecoder()), connection,
        ])

        let token = VaultToken(
            text: try SecretBytes(copying: Self.canary.utf8),
            requested: .zero,
            life: .seconds(300),
            jitter: 0,
            isForOneCall: false
        )
        var received: [UInt8]?
        connection.start(
            Exchange(.giveBack(token), deadline: .distantFuture) { received = try? $0.get().body.finish() }
        )
        let sent = try #require(try channel.readOutbound(as: ByteBuffer.self))
        #expect(String(buffer: sent).contains("Authorization: Bearer \(Self.canary)\r\n"))

        let length = Self.canary.utf8.count
        let answer = ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n\(Self.canary)")
        try channel.writeInbound(answer)
        #expect(received == Array(Self.canary.utf8))
        #expect(!String(buffer: sent).contains(Self.canary))
        #expect(!String(buffer: answer).contains(Self.canary))
        #expect(String(buffer: answer).hasPrefix("HTTP/1.1 200 OK"))
        _ = try channel.finish()
    }
}
