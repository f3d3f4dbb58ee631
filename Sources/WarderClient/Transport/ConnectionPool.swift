import NIOCore
import NIOHTTP1
import NIOPosix

/// A few connections to the vault's socket, kept open between requests.
///
/// Everything in it runs on one event loop, so there is nothing to lock. Requests go out first come, first served.
final class ConnectionPool {
    /// Sets a connection going, which ends in `opened` or `connectFailed`.
    private let connect: (ConnectionPool) -> Void
    private let loop: any EventLoop
    private let ownLimit: Int
    /// The one that another thread began a request on, until that is over.
    private weak var takenOver: VaultConnection?
    private var limit: Int { ownLimit + (takenOver == nil ? 0 : 1) }
    /// All that are open; a few, so looking through them costs less than a table.
    private var connections: [VaultConnection] = []
    /// Those of them that wait for a request; the one used last goes first, so that the others can end.
    private var idle: [VaultConnection] = []
    private var connecting = 0
    private var waiting = CircularBuffer<Exchange>()
    private var alarm: (deadline: NIODeadline, task: Scheduled<Void>)?
    private var isClosed = false

    init(limit: Int, loop: any EventLoop, connect: @escaping (ConnectionPool) -> Void) {
        ownLimit = limit
        self.loop = loop
        self.connect = connect
    }

    /// Connects to a socket by its path.
    convenience init(path: String, limit: Int, loop: any EventLoop) {
        self.init(limit: limit, loop: loop) { $0.connect(toSocket: path) }
    }

    /// Sends a request over the next free connection.
    func send(_ exchange: Exchange) {
        guard !isClosed else { return exchange.complete(.failure(WarderClientError(.closed))) }
        guard exchange.deadline > .now() else { return exchange.complete(.failure(WarderClientError(.timedOut))) }
        waiting.append(exchange)
        setAlarm(for: exchange.deadline)
        serve()
    }

    /// Ends a request that nobody waits for any more, and the connection that it is under way on.
    func abandon(_ exchange: Exchange) {
        waiting.removeAll { $0 === exchange }
        for connection in connections where connection.exchange === exchange {
            connection.close(failing: WarderClientError(.cancelled))
        }
        exchange.complete(.failure(WarderClientError(.cancelled)))
    }

    /// Closes all connections; whatever waits or is in flight fails as closed.
    func close() {
        isClosed = true
        alarm?.task.cancel()
        alarm = nil
        failWaiting { _ in WarderClientError(.closed) }
        for connection in connections { connection.close(failing: WarderClientError(.closed)) }
    }

    // MARK: From the connections

    func opened(_ connection: VaultConnection) {
        connecting -= 1
        guard !isClosed else { return connection.close(failing: WarderClientError(.closed)) }
        connections.append(connection)
        if connection.exchange == nil { idle.append(connection) }
        serve()
    }

    func released(_ connection: VaultConnection) {
        if takenOver === connection { takenOver = nil }
        // It may have been one too many.
        guard connections.count + connecting <= limit else {
            return connection.close(failing: WarderClientError(.closed))
        }
        idle.append(connection)
        serve()
    }

    func closed(_ connection: VaultConnection) {
        if takenOver === connection { takenOver = nil }
        connections.removeAll { $0 === connection }
        idle.removeAll { $0 === connection }
        serve()
    }

    /// Sends a request once more that went into a connection which the vault had closed. The other kept ones are as
    /// old, and go.
    func sendAgain(_ exchange: Exchange) {
        exchange.isSecondAttempt = true
        let stale = idle
        idle = []
        for connection in stale { connection.close(failing: WarderClientError(.unreachable)) }
        guard !isClosed else { return exchange.complete(.failure(WarderClientError(.closed))) }
        waiting.prepend(exchange)
        setAlarm(for: exchange.deadline)
        serve()
    }

    // MARK: Connecting

    private func serve() {
        while !waiting.isEmpty, let connection = idle.popLast() {
            connection.start(waiting.removeFirst())
        }
        while connecting < waiting.count, connecting + connections.count < limit {
            connecting += 1
            connect(self)
        }
    }

    private func connect(toSocket path: String) {
        let pool = NIOLoopBound(self, eventLoop: loop)
        let descriptor: CInt
        do throws(IOError) { descriptor = try VaultSocket.connect(to: path) } catch {
            // A socket that is not there fails at once; on a fresh stack, so that a thousand failures are not a
            // thousand frames.
            return loop.execute { pool.value.connectFailed(error) }
        }
        start(VaultConnection(pool: self), on: descriptor) { error in pool.value.connectFailed(error) }
    }

    /// Goes on with a request that went out on a connection of another thread, which is the pool's from now on.
    func takeOver(_ sent: SentRequest, for exchange: Exchange) {
        guard !isClosed else { return exchange.complete(.failure(WarderClientError(.closed))) }
        guard let descriptor = sent.takeConnection() else {
            return exchange.complete(.failure(WarderClientError(.unreachable)))
        }
        setAlarm(for: exchange.deadline)
        connecting += 1
        let connection = VaultConnection(pool: self, under: exchange, received: sent.received)
        takenOver = connection
        let pool = NIOLoopBound((self, exchange), eventLoop: loop)
        start(connection, on: descriptor) { _ in
            pool.value.0.connecting -= 1
            pool.value.0.takenOver = nil
            pool.value.0.serve()
            pool.value.1.complete(.failure(WarderClientError(.unreachable)))
        }
    }

    private func start(
        _ connection: VaultConnection,
        on descriptor: CInt,
        orFail fail: @escaping @Sendable (any Error) -> Void
    ) {
        let loop = loop
        let connection = NIOLoopBound(connection, eventLoop: loop)
        ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let decoder = HTTPResponseDecoder(limitConfiguration: VaultConnection.decoderLimits)
                    try channel.pipeline.syncOperations.addHandlers([
                        RequestBytes(), ByteToMessageHandler(decoder), connection.value,
                    ])
                }
            }
            .withConnectedSocket(descriptor)
            .whenFailure { error in loop.execute { fail(error) } }
    }

    private func connectFailed(_ error: any Error) {
        connecting -= 1
        // Each failed attempt was made for one request, so a vault that is away is not asked without end.
        if let exchange = waiting.popFirst() {
            exchange.complete(.failure(WarderClientError(.unreachable, systemError: (error as? IOError)?.errnoCode)))
        }
        serve()
    }

    // MARK: Deadlines

    /// One timer for all requests: it is set for the earliest deadline and looks at them all, so that a request costs
    /// none of its own.
    private func setAlarm(for deadline: NIODeadline) {
        if let alarm, alarm.deadline <= deadline { return }
        alarm?.task.cancel()
        let task = loop.assumeIsolated().scheduleTask(deadline: deadline) { self.ring() }
        alarm = (deadline, task)
    }

    private func ring() {
        alarm = nil
        let now = NIODeadline.now()
        failWaiting { $0.deadline <= now ? WarderClientError(.timedOut) : nil }
        for connection in connections where connection.exchange.map({ $0.deadline <= now }) ?? false {
            connection.close(failing: WarderClientError(.timedOut))
        }
        let deadlines = waiting.map(\.deadline) + connections.compactMap(\.exchange?.deadline)
        if let next = deadlines.min() { setAlarm(for: next) }
    }

    private func failWaiting(_ error: (Exchange) -> WarderClientError?) {
        let all = waiting
        waiting = []
        for exchange in all {
            if let error = error(exchange) { exchange.complete(.failure(error)) } else { waiting.append(exchange) }
        }
    }
}
