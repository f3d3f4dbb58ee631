import Locking
package import WarderCore
package import WarderModel

extension TestVault {
    /// Keeps the writer busy with a commit of its own; what is submitted until `letGo` becomes the next batch, in that
    /// order.
    package func holdWriter() async {
        await store.hold {
            vault.record(sealed: Event(action: .peerUnknown, time: clock.now().wall, actor: .vault)) { _ in }
        }
    }

    /// Lets the writer go on.
    package func letGo() { store.release() }

    /// Submits a command now, and lets its outcome be waited for later.
    package func submit<Answer>(_ command: Command<Answer>) -> Pending<Answer> {
        let pending = Pending<Answer>()
        vault.submit(command) { pending.settle($0) }
        return pending
    }

    /// Decides commands of one kind in one transaction, in this order.
    package func together<Answer>(_ commands: [Command<Answer>]) async -> [Result<Answer, Refusal>] {
        await holdWriter()
        let pending = commands.map { submit($0) }
        letGo()
        var outcomes: [Result<Answer, Refusal>] = []
        for one in pending { outcomes.append(await one.outcome) }
        return outcomes
    }
}

/// The outcome of a command that was submitted already.
package final class Pending<Answer: Sendable>: Sendable {
    private enum State: Sendable {
        case open
        case awaited(CheckedContinuation<Result<Answer, Refusal>, Never>)
        case settled(Result<Answer, Refusal>)
    }

    private let state = Locked(State.open)

    init() {}

    func settle(_ outcome: Result<Answer, Refusal>) {
        let waiting: CheckedContinuation<Result<Answer, Refusal>, Never>? = state.withLock { state in
            defer { state = .settled(outcome) }
            if case .awaited(let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume(returning: outcome)
    }

    /// Waits for it. One reader at a time.
    package var outcome: Result<Answer, Refusal> {
        get async {
            await withCheckedContinuation { continuation in
                let settled: Result<Answer, Refusal>? = state.withLock { state in
                    if case .settled(let outcome) = state { return outcome }
                    state = .awaited(continuation)
                    return nil
                }
                if let settled { continuation.resume(returning: settled) }
            }
        }
    }

    /// Why it was refused; `nil` when it was not.
    package var refusal: Refusal? {
        get async {
            if case .failure(let refusal) = await outcome { refusal } else { nil }
        }
    }
}
