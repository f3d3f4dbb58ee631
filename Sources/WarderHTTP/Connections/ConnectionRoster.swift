import NIOCore

/// The open connections of one event loop, and who among them has run out of time.
///
/// One look at all connections twice a second is cheaper than a timer for every request.
final class ConnectionRoster {
    private var connections: [ObjectIdentifier: Connection] = [:]
    private let loop: any EventLoop

    init(_ loop: any EventLoop) {
        self.loop = loop
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
        channel.closeFuture.assumeIsolated().whenComplete { _ in self.connections[id] = nil }
    }

    /// Asks every connection to end after the answer under way.
    func drain() {
        for connection in connections.values { connection.drain() }
    }

    private func sweep() {
        let now = NIODeadline.now()
        for connection in connections.values where connection.deadline < now { connection.expire() }
    }
}

extension NIOLoopBound where Value == ConnectionRoster {
    /// Makes a roster on its loop.
    static func makeCompletingOnLoop(_ loop: any EventLoop) -> NIOLoopBound<ConnectionRoster> {
        let made = loop.submit { NIOLoopBound(ConnectionRoster(loop), eventLoop: loop) }
        do { return try made.wait() } catch { preconditionFailure("an event loop that was just made takes work") }
    }
}
