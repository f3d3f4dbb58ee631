import NIOCore
import NIOEmbedded
import NIOHTTP1
import SecretMemory
import StrictJSON
import WarderModel
import WarderWire

@testable import WarderClient

extension Harness {
    /// Answers as the client library takes them from its connection; the first two bytes say where they are cut.
    static let client = Harness("client") { input in
        var rest = Input(input)
        let cut = rest.word()
        let bytes = Array(rest.rest)
        let size = 1 + cut % max(bytes.count, 1)
        for wanted in [nil, try one.get(), try two.get()] {
            let whole = try ask(wanted, bytes, size: max(bytes.count, 1))
            try hold(try ask(wanted, bytes, size: size) == whole, "a cut changes nothing")
            if case .answer(let status, let meaning) = whole {
                try hold(status == 200 || !meaning.hasPrefix("good: "), "200 alone is good news")
            }
        }
        if let arguments = try? CallArguments(json: bytes) {
            try hold(try CallArguments(json: arguments.canonical) == arguments, "arguments have one form")
        }
    }

    private enum Outcome: Equatable {
        case answer(status: Int, meaning: String)
        case failed(WarderClientError)
    }

    private static let one = Result { try request(["value"]) }
    private static let two = Result { try request(["username", "password"]) }
    private static let bearer = Result {
        VaultToken(
            text: try SecretBytes(copying: [65]),
            requested: .zero,
            life: .seconds(9),
            jitter: 0,
            isForOneCall: true
        )
    }

    private static func request(_ fields: [String]) throws -> SecretRequest {
        try SecretRequest(
            secret: "github/pat",
            fields: fields,
            tool: "github/list",
            toolDigest: nil,
            arguments: nil,
            context: CallContext()
        )
    }

    /// Sends a request, for the vault's health where nothing is wanted, over a connection that answers with these bytes and then closes.
    private static func ask(_ wanted: SecretRequest?, _ bytes: [UInt8], size: Int) throws -> Outcome {
        let token = try bearer.get()
        let request = wanted.map { VaultRequest.secret($0, token: token) } ?? .health
        let channel = EmbeddedChannel()
        let pool = ConnectionPool(limit: 1, loop: channel.eventLoop) { _ in }
        let connection = VaultConnection(pool: pool)
        try channel.pipeline.syncOperations.addHandlers(
            RequestBytes(),
            ByteToMessageHandler(HTTPResponseDecoder(limitConfiguration: VaultConnection.decoderLimits)),
            connection
        )
        var outcomes: [Outcome] = []
        let exchange = Exchange(request, deadline: .distantFuture) { outcomes.append(outcome(of: wanted, token, $0)) }
        pool.send(exchange)
        // Nobody listens there: the channel says by itself that it is open.
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/nowhere")).wait()
        var rest = bytes[...]
        while !rest.isEmpty, channel.isActive {
            _ = try? channel.writeInbound(ByteBuffer(bytes: rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        _ = try? channel.finish(acceptAlreadyClosed: true)
        try hold(outcomes.count == 1, "a request has one outcome")
        return outcomes[0]
    }

    private static func outcome(
        of wanted: SecretRequest?,
        _ token: VaultToken,
        _ result: Result<VaultAnswer, WarderClientError>
    ) -> Outcome {
        switch result {
        case .failure(let error): return .failed(error)
        case .success(let answer): return .answer(status: answer.status, meaning: meaning(of: answer, wanted, token))
        }
    }

    private static func meaning(of answer: VaultAnswer, _ wanted: SecretRequest?, _ token: VaultToken) -> String {
        do throws(WarderClientError) {
            guard let wanted else { return "good: " + (try answer.decode(Health.self).state) }
            return "good: version \(try answer.secret(wanted, token: token).version)"
        } catch { return error.description }
    }
}
