import Dispatch
import HashTreeCollections
import Rotating
import WarderCore
import WarderModel

/// The moment in which an upstream that accepts one value at a time is given another.
///
/// Between its `set` and the promotion the current value is refused already and the new one not tested yet; whoever asks
/// then, after a failed login more than ever, is better answered a little later than with a value that does not work.
struct Changeover: Sendable {
    /// Longer than such a moment usually is, and shorter than clients wait for an answer: a rotator that hangs, or a
    /// worker that is gone, must not keep servers from their value.
    private static let patience = Duration.seconds(3)
    private static let rhythm = DispatchTimeInterval.milliseconds(10)

    let vault: Vault
    let secret: SecretName
    let caller: Caller

    /// Calls `body` once, when it is over or has taken too long; at once where there is none.
    func end(then body: @escaping @Sendable () -> Void) { end(until: .now + Self.patience, then: body) }

    private func end(until deadline: ContinuousClock.Instant, then body: @escaping @Sendable () -> Void) {
        guard isUnderWay, ContinuousClock.now < deadline else { return body() }
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.rhythm) { end(until: deadline, then: body) }
    }

    /// Whether it is one for this caller.
    var isUnderWay: Bool {
        guard let state = vault.state, let run = state.rotations[secret]?.run, run.isChangingOver else { return false }
        return (run.doing != nil || vault.jobs.waiting > 0) && concernsCaller(state)
    }

    /// Others learn nothing, not even from the time that an answer takes.
    private func concernsCaller(_ state: VaultState) -> Bool {
        guard let peer = caller.peer else { return false }
        let granted = Set(state.grants(for: secret).map(\.tool.server))
        return state.servers(matching: peer).contains { granted.contains($0.name) }
    }
}

extension Exchange {
    /// As `ask`, for the value of a secret.
    func askForValue<Result>(
        of secret: SecretName,
        _ command: Command<Result>,
        _ render: @escaping @Sendable (Result) -> Answer
    ) -> Work where Result: Sendable {
        let changeover = Changeover(vault: vault, secret: secret, caller: caller)
        let vault = vault
        return .decision(command.action) { finish in
            changeover.end { vault.submit(command) { outcome in finish { outcome.map(render) } } }
        }
    }
}
