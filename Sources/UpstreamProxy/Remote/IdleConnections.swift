import Locking
import NIOCore

/// Connections that have carried a message and wait for another one.
final class IdleConnections: Sendable {
    private struct Waiting {
        let number: Int
        let continuation: CheckedContinuation<RemoteCall?, Never>
    }

    private struct State {
        var waiting: [Waiting] = []
        var last = 0
    }

    /// Servers close idle connections after five seconds and more. One that is closed just when a message leaves loses it,
    /// and nobody knows whether it was read.
    private static let patience = TimeAmount.seconds(3)

    private let state = Locked(State())

    /// Hands a call to the connection that was used last; `false` where none waits.
    func take(_ call: RemoteCall) -> Bool {
        let lane = state.withLock { $0.waiting.popLast() }
        lane?.continuation.resume(returning: call)
        return lane != nil
    }

    /// The next call for this connection; `nil` where none came in time, or it was closed.
    func next(for channel: any Channel) async -> RemoteCall? {
        let number = state.withLock { state in
            state.last += 1
            return state.last
        }
        let limit = channel.eventLoop.scheduleTask(in: Self.patience) { self.release(number) }
        channel.closeFuture.whenComplete { _ in self.release(number) }
        defer { limit.cancel() }
        return await withCheckedContinuation { continuation in
            state.withLock { $0.waiting.append(Waiting(number: number, continuation: continuation)) }
        }
    }

    private func release(_ number: Int) {
        let lane = state.withLock { state in
            state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0) }
        }
        lane?.continuation.resume(returning: nil)
    }
}
