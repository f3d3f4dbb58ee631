import Locking
package import WarderModel

/// Tells whoever keeps rotations that something about them has changed.
package final class RotationBell: Sendable {
    package enum Change: Sendable, Equatable {
        /// Another vault than before, or none: it was unsealed or sealed.
        case everything
        case secrets(Set<SecretName>)

        /// Adds a secret to those that have changed.
        mutating func add(_ name: SecretName) {
            guard case .secrets(let names) = self else { return }
            self = .secrets(names.union([name]))
        }
    }

    private struct State {
        var change = Change.secrets([])
        var listener: (@Sendable () -> Void)?
    }

    private let state = Locked(State())

    init() {}

    /// Calls `listener` on every change, on any thread; it must be quick. Replaces an earlier one.
    package func listen(_ listener: (@Sendable () -> Void)?) { state.withLock { $0.listener = listener } }

    /// Something else has changed on which rotations wait.
    func nudge() { state.withLock { $0.listener }?() }

    /// What has changed since the last time.
    package func take() -> Change {
        state.withLock { state in
            defer { state.change = .secrets([]) }
            return state.change
        }
    }

    func ring(_ change: Change) {
        if change == .secrets([]) { return }
        let listener = state.withLock { state in
            switch (state.change, change) {
            case (.everything, _), (_, .everything): state.change = .everything
            case (.secrets(let some), .secrets(let more)): state.change = .secrets(some.union(more))
            }
            return state.listener
        }
        listener?()
    }
}
