import Synchronization

/// How a launch is, for threads other than the one that keeps it.
package final class LaunchState: Sendable {
    private let interrupted = Atomic<Bool>(false)

    /// Whether it is lost, and may be had again without anybody doing anything: until then the vault says no to
    /// everything, which means nothing.
    package var isInterrupted: Bool { interrupted.load(ordering: .relaxed) }

    func set(isInterrupted: Bool) { interrupted.store(isInterrupted, ordering: .relaxed) }
}
