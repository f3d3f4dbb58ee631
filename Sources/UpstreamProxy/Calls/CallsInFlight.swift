import Locking

/// Which requests of the client a server has not answered yet, and which of them are calls of tools.
///
/// Both directions of the relay write here, and the proxy reads. A call is in flight from before the server sees it until
/// the client is about to see its answer.
package final class CallsInFlight: Sendable {
    /// Why a message must not reach the server.
    enum Refusal: Error, Hashable {
        /// Another request with this id is not answered yet: nobody could tell the answers apart.
        case idInUse
        /// ``mostRequests`` are not answered yet.
        case tooMany
    }

    private struct Request {
        /// No other request has it, whatever its id.
        let number: UInt64
        /// `nil` for anything but a call of a tool.
        let call: ToolCall?
        /// When it is forgotten; never where it is no call.
        var end: ContinuousClock.Instant?
        /// Whether the client may have had its answer.
        var isDoubtful = false
    }

    private struct State {
        var requests: [RequestKey: Request] = [:]
        var order: [RequestKey] = []
        /// Those that were given up on, whose answers may still come; the last ones.
        var forgotten: [RequestKey] = []
        var last: UInt64 = 0
    }

    /// Requests without an answer.
    package static let mostRequests = 1_024
    /// How long a call is in flight at most: a server that never answers must not have a credential for ever.
    package static let longest: Duration = .seconds(600)

    /// How long a server is given to stop after a call was cancelled; a cancelled call may never be answered.
    package let patience: Duration
    private let state = Locked(State())
    private let now: @Sendable () -> ContinuousClock.Instant

    /// Nothing in flight.
    package init(
        patience: Duration = .seconds(30),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.patience = patience
        self.now = now
    }

    /// The calls in flight, oldest first; ``ToolCall/launch`` alone where there is none.
    package var current: [ToolCall] { moment.calls }

    /// What is in flight now.
    var moment: Moment {
        let now = now()
        return state.withLock { state in
            Self.forget(&state, at: now)
            let requests = state.order.compactMap { state.requests[$0] }.filter { $0.call != nil }
            // Nobody has granted anything to a call that may be over.
            let calls = requests.compactMap { $0.isDoubtful ? ToolCall(tool: nil) : $0.call }
            return Moment(
                calls: calls.isEmpty ? [.launch] : calls,
                isDoubtful: requests.contains(where: \.isDoubtful),
                numbers: Set(requests.map(\.number))
            )
        }
    }

    /// What was in flight when a request was allowed.
    struct Moment: Sendable {
        let calls: [ToolCall]
        /// Whether one of them may be over: the server has written what may be its answer.
        let isDoubtful: Bool
        fileprivate let numbers: Set<UInt64>
    }

    /// Whether every call of then is answered by now. Never true of what belonged to no call.
    func areOver(_ then: Moment) -> Bool {
        let now = now()
        return state.withLock { state in
            Self.forget(&state, at: now)
            return !then.numbers.isEmpty
                && !state.requests.values.contains { !$0.isDoubtful && then.numbers.contains($0.number) }
        }
    }

    /// Takes all of one message's requests in, or none.
    func begin(_ requests: [(key: RequestKey, call: ToolCall?)]) throws(Refusal) {
        let now = now()
        let refusal: Refusal? = state.withLock { state in
            Self.forget(&state, at: now)
            guard state.requests.count + requests.count <= Self.mostRequests else { return .tooMany }
            guard Set(requests.map(\.key)).count == requests.count else { return .idInUse }
            guard requests.allSatisfy({ state.requests[$0.key] == nil }) else { return .idInUse }
            for (key, call) in requests {
                state.last += 1
                let end = call.map { _ in now + Self.longest }
                state.requests[key] = Request(number: state.last, call: call, end: end)
                state.order.append(key)
            }
            if !state.forgotten.isEmpty { state.forgotten.removeAll { state.requests[$0] != nil } }
            return nil
        }
        if let refusal { throw refusal }
    }

    /// The server has answered, or written what may be an answer to anything.
    func take(_ message: ServerMessage) {
        let end = now() + patience
        state.withLock { state in
            var isDoubtful = message.isDoubtful
            for key in message.answered {
                if state.requests.removeValue(forKey: key) != nil {
                    state.order.removeAll { $0 == key }
                } else if let index = state.forgotten.firstIndex(of: key) {
                    state.forgotten.remove(at: index)
                } else {
                    // Some readers take other ids for the same: `" 7"` for 7.
                    isDoubtful = true
                }
            }
            if isDoubtful { Self.doubt(&state, until: end) }
        }
    }

    /// The server has written something that was not looked at.
    func loseSight() {
        let end = now() + patience
        state.withLock { Self.doubt(&$0, until: end) }
    }

    /// The client does not want the answer any more. The server may go on for a while.
    func cancel(_ key: RequestKey) {
        let end = now() + patience
        state.withLock { state in
            guard let request = state.requests[key] else { return }
            state.requests[key]?.end = min(request.end ?? end, end)
        }
    }

    private static func doubt(_ state: inout State, until end: ContinuousClock.Instant) {
        for (key, request) in state.requests where request.call != nil {
            state.requests[key]?.isDoubtful = true
            state.requests[key]?.end = min(request.end ?? end, end)
        }
    }

    private static func forget(_ state: inout State, at now: ContinuousClock.Instant) {
        let gone = state.requests.filter { $0.value.end.map { $0 <= now } ?? false }
        guard !gone.isEmpty else { return }
        for key in gone.keys { state.requests[key] = nil }
        state.forgotten = (state.forgotten + state.order.filter { gone[$0] != nil }).suffix(mostRequests)
        state.order.removeAll { gone[$0] != nil }
    }
}
