import Locking
import NIOCore

/// A message of the client on its way to the server. It is ended once: with an answer, a refusal, or because nobody waits
/// for one any more.
final class RemoteCall: Sendable {
    private struct State {
        var whenEnded: (@Sendable (Bool) -> Void)?
        var isOver = false
        var channel: (any Channel)?
        var isRedirected = false
    }

    let message: RemoteMessage
    private let state: Locked<State>

    /// `whenEnded` is called once, with whether the server took the message.
    init(_ message: RemoteMessage, whenEnded: (@Sendable (Bool) -> Void)? = nil) {
        self.message = message
        state = Locked(State(whenEnded: whenEnded))
    }

    /// Of a request.
    var id: MessageID? { if case .request(let id, _) = message.kind { id } else { nil } }
    var method: String? {
        switch message.kind {
        case .request(_, let method), .notification(let method): method
        case .answer: nil
        }
    }
    /// Whether it belongs to the era without a handshake.
    var isModern: Bool { message.document.version != nil }
    /// Streams that stay open, and say nothing for long.
    var staysOpen: Bool { method == "subscriptions/listen" }
    var isOver: Bool { state.withLock { $0.isOver } }

    /// Notes the connection that it goes over; `nil` once it has left that. Closes it where nobody waits any more.
    func goes(over channel: (any Channel)?) {
        let isOver = state.withLock { state in
            state.channel = channel
            return state.isOver
        }
        if isOver { channel?.close(promise: nil) }
    }

    /// Whether it may be sent to another path of the server's: once.
    func mayFollow() -> Bool {
        state.withLock { state in
            defer { state.isRedirected = true }
            return !state.isRedirected
        }
    }

    /// Ends it; `false` where it was ended before.
    @discardableResult
    func end(_ isTaken: Bool) -> Bool {
        let (isFirst, whenEnded) = state.withLock { state in
            defer { (state.isOver, state.whenEnded) = (true, nil) }
            return (!state.isOver, state.whenEnded)
        }
        whenEnded?(isTaken)
        return isFirst
    }

    /// Ends it because nobody waits for an answer: the connection's end tells the server.
    func cancel() {
        let channel = state.withLock { $0.channel }
        if end(false) { channel?.close(promise: nil) }
    }
}
