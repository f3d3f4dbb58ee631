import NIOCore

/// The open connections of one event loop, and who among them has run out of time.
///
/// One look at all connections twice a second is cheaper than a timer for every request.
final class ConnectionRoster {
    private var connections: [ObjectIdentifier: Connection] = [:]
    private let loop: any EventLoop
    let outbox: Outbox
    /// Set while somebody waits for the last connection to end.
    private var emptied: EventLoopPromise<Void>?

    init(_ loop: any EventLoop) {
        self.loop = loop
        outbox = Outbox(loop)
        scheduleSweep()
    }

    private func scheduleSweep() {
        loop.assumeIsolated().scheduleTask(in: .milliseconds(500)) { [weak self] in
            self?.sweep()
            self?.scheduleSweep()
        }
    }

    func add(_ connection: Connection, _ channel: any Channel) {
        let id = ObjectIdentifier(connection)
        connections[id] = connection
        channel.closeFuture.assumeIsolated().whenComplete { _ in
            self.connections[id] = nil
            if self.connections.isEmpty { self.emptied?.succeed() }
        }
    }

    /// Asks every connection to end after the answer under way, and waits until they have, or for as long as patience
    /// lasts.
    func drain(within patience: TimeAmount) -> EventLoopFuture<Void> {
        for connection in connections.values { connection.drain() }
        if connections.isEmpty { return loop.makeSucceededVoidFuture() }
        let emptied = loop.makePromise(of: Void.self)
        self.emptied = emptied
        let end = loop.scheduleTask(in: patience) { emptied.succeed() }
        return emptied.futureResult.always { _ in end.cancel() }
    }

    private func sweep() {
        let now = NIODeadline.now()
        for connection in connections.values {
            connection.watchLaunch()
            if connection.deadline < now { connection.expire() }
        }
    }
}

extension NIOLoopBound where Value == ConnectionRoster {
    /// Makes a roster on its loop.
    static func makeCompletingOnLoop(_ loop: any EventLoop) -> NIOLoopBound<ConnectionRoster> {
        let made = loop.submit { NIOLoopBound(ConnectionRoster(loop), eventLoop: loop) }
        do { return try made.wait() } catch { preconditionFailure("an event loop that was just made takes work") }
    }
}
