import Locking

/// What is still to be done about a request that has its answer, while the next one is served.
///
/// One at a time: who serves on waits for the last one first, so that nothing piles up.
final class Aftermath: Sendable {
    private let last = Locked<Task<Void, Never>?>(nil)

    /// Begins with `work` when what was begun before is done.
    func begin(_ work: @escaping @Sendable () async -> Void) async {
        await end()
        last.withLock { $0 = Task { await work() } }
    }

    /// Waits until nothing is left to be done.
    func end() async {
        await last.withLock { $0 }?.value
    }
}
