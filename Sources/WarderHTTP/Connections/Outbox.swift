import NIOCore

/// Answers of one event loop that are written but not handed to the kernel yet.
///
/// They are handed over together, when the loop has gone through everything that was ready. The first one wakes a peer
/// that sleeps, which costs more than all the rest of an answer; by the time of the others, a peer with several
/// connections is awake.
final class Outbox {
    private var waiting: [Connection] = []
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func add(_ connection: Connection) {
        waiting.append(connection)
        if waiting.count == 1 { loop.assumeIsolated().execute { self.handOver() } }
    }

    private func handOver() {
        let connections = waiting
        waiting.removeAll(keepingCapacity: true)
        for connection in connections { connection.flush() }
    }
}
