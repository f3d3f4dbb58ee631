import Synchronization

/// Tells one question from all others, and that nobody waits for its answer any more.
final class Interruption: Sendable {
    private let flag = Atomic(false)

    /// May be set before the question is asked.
    var isSet: Bool { flag.load(ordering: .acquiring) }

    func set() { flag.store(true, ordering: .releasing) }
}
