import Foundation
import Glibc
import Locking
import NIOCore
import NIOHTTP1
import NIOSSL
import StrictJSON
import Testing
import UpstreamAddresses

@testable import UpstreamProxy

/// A bridge between a test, which is the client, and a server elsewhere.
final class BridgeBench: Sendable {
    let fake: FakeUpstream
    let memory: MessageMemory
    private let input: Int32
    private let output: ClientLines
    let notes = Locked<[String]>([])
    private let left = Locked<Duration>(.zero)

    private init(_ fake: FakeUpstream, _ memory: MessageMemory, input: Int32, output: ClientLines) {
        self.fake = fake
        self.memory = memory
        self.input = input
        self.output = output
    }

    /// Says a line to the bridge.
    func say(_ line: String) {
        #expect(StdioRelay.write(Array((line + "\n").utf8)[...], to: input))
    }

    /// The next line that the bridge says; `nil` at the end.
    func hear() async -> String? {
        for await line in output.lines {
            output.makeRoom()
            guard case .whole(let bytes) = line else { return nil }
            #expect(bytes.last == UInt8(ascii: "\n"))
            return String(decoding: bytes.dropLast(), as: UTF8.self)
        }
        return nil
    }

    /// Hears the rest, until the bridge has closed its end.
    private func hearAll() async {
        while await hear() != nil {}
    }

    /// Says a line, and waits for the next one.
    func ask(_ line: String) async -> String? {
        say(line)
        return await hear()
    }

    /// Requests that the server got, by method.
    func posted(_ method: String) -> [FakeUpstream.Asked] {
        fake.asked.filter { String(decoding: $0.body, as: UTF8.self).contains("\"method\":\"\(method)\"") }
    }

    /// From when the client closed its end until the bridge closed its own.
    var leaving: Duration { left.withLock { $0 } }

    var said: [String] { notes.withLock { $0 } }

    /// Runs `body` with everything in place, then closes the client's end and waits for the bridge's.
    static func run(
        url: String = "/mcp",
        host: String = "127.0.0.1",
        user: String = "",
        headers: [String] = [],
        variables: [String: String] = [:],
        security: NIOSSLContext? = nil,
        authorities: String? = nil,
        patience: TimeAmount = .seconds(600),
        memory: Int = MessageMemory.most,
        isServed: Bool = false,
        answering handler: @escaping FakeUpstream.Handler,
        after: @escaping @Sendable (BridgeBench) async throws -> Void = { _ in },
        _ body: @escaping @Sendable (BridgeBench) async throws -> Void
    ) async throws {
        let fake = try await FakeUpstream(security: security, handler)
        let scheme = security == nil ? "http" : "https"
        let address = try RemoteAddress("\(scheme)://\(user)\(host):\(fake.port)\(url)").filled { variables[$0] }
        let fields = try headers.map { text in
            let header = try RemoteHeader(text)
            return (header.name, try header.filled { variables[$0] })
        }
        let server = try RemoteServer(address, headers: fields, secrets: Array(variables.values))
        var client: [Int32] = [0, 0]
        var bridged: [Int32] = [0, 0]
        try #require(unsafe pipe(&client) == 0 && pipe(&bridged) == 0)
        let (input, output) = (client[0], bridged[1])
        let memory = MessageMemory(limit: memory)
        let bench = BridgeBench(fake, memory, input: client[1], output: ClientLines(bridged[0]) {})
        let bridge = try RemoteBridge(
            server,
            authorities: authorities,
            patience: patience,
            memory: memory
        ) { text, _ in
            bench.notes.withLock { $0.append(text) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await fake.run() }
            group.addTask {
                if isServed {
                    await Self.serve(bridge, input: input, output: output)
                } else {
                    await bridge.run(input: input, output: output)
                }
                close(output)
            }
            defer {
                group.cancelAll()
                close(input)
                close(bridged[0])
            }
            let outcome: Result<Void, any Error>
            do {
                try await body(bench)
                outcome = .success(())
            } catch {
                outcome = .failure(error)
            }
            let start = ContinuousClock.now
            close(client[1])
            await bench.hearAll()
            bench.left.withLock { $0 = .now - start }
            try outcome.get()
            try await after(bench)
        }
    }
}

extension BridgeBench {
    /// As the command does it: on a thread that waits.
    fileprivate static func serve(_ bridge: RemoteBridge, input: Int32, output: Int32) async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                bridge.serve(input: input, output: output)
                continuation.resume()
            }
        }
    }
}

/// Opens once, for everybody who waits.
final class Gate: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func open() { continuation.finish() }
    func wait() async { for await _ in stream {} }
}

extension FakeUpstream.Answer {
    static func json(_ text: String, _ headers: [(String, String)] = [], status: Int = 200) -> Self {
        Self(
            status: .init(statusCode: status),
            headers: [("Content-Type", "application/json")] + headers,
            pieces: [text]
        )
    }

    static func events(_ pieces: String..., headers: [(String, String)] = []) -> Self {
        Self(
            headers: [("Content-Type", "text/event-stream; charset=utf-8")] + headers,
            pieces: pieces,
            hasLength: false
        )
    }

    static func status(_ status: Int, _ headers: [(String, String)] = []) -> Self {
        Self(status: .init(statusCode: status), headers: headers, pieces: [])
    }
}

extension FakeUpstream.Asked {
    var text: String { String(decoding: body, as: UTF8.self) }
    /// The id of the request, as it stands there.
    var id: String? {
        guard let node = try? JSONDocument(copying: body.span).root.member("id") else { return nil }
        return String(decoding: node.rawBytes, as: UTF8.self)
    }
    func field(_ name: String) -> String? { head.headers[name].first }
    /// An answer with a result.
    var answered: FakeUpstream.Answer { .json(#"{"jsonrpc":"2.0","id":\#(id ?? "null"),"result":{}}"#) }
}
