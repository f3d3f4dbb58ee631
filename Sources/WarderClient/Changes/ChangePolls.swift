import NIOCore
import WarderWire

/// Questions on their way that wait at the vault, for changes or for what people say, and pauses between them.
///
/// They have connections of their own: one that waits for a minute must not be missing where calls are made. Lives on
/// the client's event loop.
final class ChangePolls {
    /// As many as the vault lets one process have.
    static let limit = 4

    private let pool: ConnectionPool
    private let loop: any EventLoop
    private var underWay: [ObjectIdentifier: Exchange] = [:]
    private var pauses: [UInt64: (task: Scheduled<Void>, reply: (Result<Void, WarderClientError>) -> Void)] = [:]
    private var nextPause: UInt64 = 0

    init(path: String, loop: any EventLoop) {
        pool = ConnectionPool(path: path, limit: Self.limit, loop: loop)
        self.loop = loop
    }

    func poll<Value>(
        _ request: VaultRequest,
        deadline: NIODeadline,
        until interruption: Interruption,
        reading read: @escaping (VaultAnswer) throws(WarderClientError) -> Value,
        then reply: @escaping (Result<Value, WarderClientError>) -> Void
    ) {
        guard !interruption.isSet else { return reply(.failure(WarderClientError(.cancelled))) }
        guard underWay.count < Self.limit else { return reply(.failure(WarderClientError(.overloaded))) }
        let id = ObjectIdentifier(interruption)
        let exchange = Exchange(request, deadline: deadline) { answer in
            self.underWay[id] = nil
            // The object lives as long as its identifier is in use.
            withExtendedLifetime(interruption) {}
            reply(
                answer.flatMap { answer in
                    Result { () throws(WarderClientError) in try read(answer) }
                }
            )
        }
        underWay[id] = exchange
        pool.send(exchange)
    }

    /// Closes the connection by which a question waits: the vault forgets it then.
    func interrupt(_ interruption: Interruption) {
        if let exchange = underWay[ObjectIdentifier(interruption)] { pool.abandon(exchange) }
    }

    func pause(_ amount: TimeAmount, then reply: @escaping (Result<Void, WarderClientError>) -> Void) {
        nextPause += 1
        let number = nextPause
        let task = loop.assumeIsolated().scheduleTask(in: amount) {
            self.pauses[number] = nil
            reply(.success(()))
        }
        pauses[number] = (task, reply)
    }

    /// Ends everything as closed.
    func close() {
        pool.close()
        let pauses = pauses.values
        self.pauses = [:]
        for pause in pauses {
            pause.task.cancel()
            pause.reply(.failure(WarderClientError(.closed)))
        }
    }
}
