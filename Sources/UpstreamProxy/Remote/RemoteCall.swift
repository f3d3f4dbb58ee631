import Locking
import NIOCore

/// A message of the client on its way to the server. It is ended once: with an answer, a refusal, or because nobody waits
/// for one any more.
final class RemoteCall: Sendable {
    private struct State {
        /// Whether the server took it, once it is over.
        var isTaken: Bool?
        var waiting: [CheckedContinuation<Bool, Never>] = []
        var channel: (any Channel)?
        var isRedirected = false
    }

    let message: RemoteMessage
    private let share: MessageMemory.Share
    private let state = Locked(State())

    /// `share`: what the message takes of memory until it is over.
    init(_ message: RemoteMessage, _ share: MessageMemory.Share) {
        self.message = message
        self.share = share
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
    var isOver: Bool { state.withLock { $0.isTaken != nil } }

    /// Notes the connection that it goes over; `nil` once it has left that. Closes it where nobody waits any more.
    func goes(over channel: (any Channel)?) {
        let isOver = state.withLock { state in
            state.channel = channel
            return state.isTaken != nil
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

    /// Waits until it is over; answers whether the server took it.
    func ended() async -> Bool {
        await withCheckedContinuation { continuation in
            let isTaken: Bool? = state.withLock { state in
                if state.isTaken == nil { state.waiting.append(continuation) }
                return state.isTaken
            }
            if let isTaken { continuation.resume(returning: isTaken) }
        }
    }

    /// Ends it; `false` where it was ended before.
    @discardableResult
    func end(_ isTaken: Bool) -> Bool {
        let waiting: [CheckedContinuation<Bool, Never>]? = state.withLock { state in
            guard state.isTaken == nil else { return nil }
            state.isTaken = isTaken
            defer { state.waiting = [] }
            return state.waiting
        }
        guard let waiting else { return false }
        _ = share.hold(0)
        for continuation in waiting { continuation.resume(returning: isTaken) }
        return true
    }

    /// Ends it because nobody waits for an answer: the connection's end tells the server.
    func cancel() {
        let channel = state.withLock { $0.channel }
        if end(false) { channel?.close(promise: nil) }
    }
}
