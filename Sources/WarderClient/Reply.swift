import Locking

/// Carries one result from the event loop to the task that waits for it; a cancelled task goes on at once.
final class Reply<Value: Sendable>: Sendable {
    typealias Outcome = Result<Value, WarderClientError>

    private enum State {
        case new
        case waiting(CheckedContinuation<Outcome, Never>)
        /// The result came before anybody waited.
        case early(Outcome)
        case done
    }

    private let state = Locked(State.new)

    /// Hands the result over; only the first one counts.
    func complete(_ outcome: Outcome) {
        let continuation: CheckedContinuation<Outcome, Never>? = state.withLock { state in
            switch state {
            case .new:
                state = .early(outcome)
                return nil
            case .waiting(let continuation):
                state = .done
                return continuation
            case .early, .done:
                return nil
            }
        }
        continuation?.resume(returning: outcome)
    }

    /// Suspends until there is a result. `start` is called once the task waits.
    func wait(orUntilCancelled isCancellable: Bool, start: () -> Void) async -> Outcome {
        guard isCancellable else { return await suspend(start) }
        return await withTaskCancellationHandler {
            await suspend(start)
        } onCancel: {
            complete(.failure(WarderClientError(.cancelled)))
        }
    }

    private func suspend(_ start: () -> Void) async -> Outcome {
        await withCheckedContinuation { continuation in
            let early: Outcome? = state.withLock { state in
                if case .early(let outcome) = state { return outcome }
                state = .waiting(continuation)
                return nil
            }
            if let early { continuation.resume(returning: early) } else { start() }
        }
    }
}
