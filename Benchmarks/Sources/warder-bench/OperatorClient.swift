import NIOCore
import NIOHTTP1
import NIOPosix

/// Sets a vault up over its operator socket, one request after the other, as the `warder` command would.
///
/// The operator here runs under the uid of the server that it registers, so the vault asks for presence now and then.
final class OperatorClient {
    /// At least as long as the vault demands.
    static let passphrase = "only for measuring"

    private let socket: String
    private var channel: any Channel
    private var answers: AnswerQueue

    private init(_ socket: String) async throws {
        self.socket = socket
        (channel, answers) = try await Self.open(socket)
    }

    static func connect(to socket: String) async throws -> OperatorClient { try await OperatorClient(socket) }

    private static func open(_ socket: String) async throws -> (any Channel, AnswerQueue) {
        let answers = AnswerQueue()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(NIOHTTPClientResponseAggregator(maxContentLength: 1 << 20))
                    try pipeline.addHandler(answers.handler())
                }
            }
            .connect(unixDomainSocketPath: socket).get()
        return (channel, answers)
    }

    func close() async { try? await channel.close() }

    /// Waits where the vault says that this user asks too often: filling it is no part of what is measured.
    /// - Returns: the answer's body.
    /// - Throws: `Failure` for any other answer that is not 2xx.
    @discardableResult
    func send(_ method: HTTPMethod, _ path: String, _ body: String = "") async throws -> String {
        var (status, text) = try await exchange(method, path, body, proof: nil)
        while status == .tooManyRequests {
            try await Task.sleep(for: .seconds(1))
            // A vault that does not want to read the body hangs up after its answer.
            await close()
            (channel, answers) = try await Self.open(socket)
            (status, text) = try await exchange(method, path, body, proof: nil)
        }
        if status == .forbidden, text.contains(#""presence_required""#) {
            (status, text) = try await exchange(method, path, body, proof: provePresence())
        }
        guard (200..<300).contains(status.code) else { throw Failure("\(method) \(path): \(status) \(text)") }
        return text
    }

    private func provePresence() async throws -> String {
        let body = #"{"passphrase":"\#(Self.passphrase)"}"#
        let (status, text) = try await exchange(.POST, "/v1/presence", body, proof: nil)
        guard status == .ok, let proof = text.split(separator: "\"").dropFirst(3).first else {
            throw Failure("presence could not be proven: \(status) \(text)")
        }
        return String(proof)
    }

    private func exchange(
        _ method: HTTPMethod,
        _ path: String,
        _ body: String,
        proof: String?
    ) async throws -> (HTTPResponseStatus, String) {
        var head = HTTPRequestHead(version: .http1_1, method: method, uri: path)
        head.headers.add(name: "Host", value: "localhost")
        if !body.isEmpty {
            head.headers.add(name: "Content-Type", value: "application/json")
            head.headers.add(name: "Content-Length", value: String(body.utf8.count))
        }
        if let proof { head.headers.add(name: "Warder-Presence", value: proof) }
        let answer = answers.next(on: channel.eventLoop)
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        if !body.isEmpty {
            channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(string: body))), promise: nil)
        }
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        let full = try await answer.get()
        return (full.head.status, full.body.map { String(buffer: $0) } ?? "")
    }
}
