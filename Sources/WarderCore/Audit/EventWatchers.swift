import Dispatch
import Locking

/// Readers that wait for the log to grow.
final class EventWatchers: Sendable {
    private struct Watcher: Sendable {
        let beyond: UInt64
        let deadline: DispatchTime
        let body: @Sendable () -> Void
    }

    private struct Line {
        var watchers: [UInt64: Watcher] = [:]
        var nextNumber: UInt64 = 0
        var isTicking = false
    }

    /// How late a reader may hear that its time is up: one clock for all costs less than one for each.
    private static let rhythm = DispatchTimeInterval.milliseconds(100)

    private let line = Locked(Line())

    var count: Int { line.withLock { $0.watchers.count } }

    /// - Returns: forgets the reader, who then hears nothing more; for when nobody is left to be told.
    func wait(
        beyond sequence: UInt64,
        seconds: Int64,
        _ body: @escaping @Sendable () -> Void
    ) -> @Sendable () -> Void {
        let watcher = Watcher(beyond: sequence, deadline: .now() + .seconds(Int(seconds)), body: body)
        let (number, mustTick) = line.withLock { line in
            line.nextNumber += 1
            line.watchers[line.nextNumber] = watcher
            defer { line.isTicking = true }
            return (line.nextNumber, !line.isTicking)
        }
        if mustTick { tick() }
        return { [weak self] in self?.line.withLock { $0.watchers[number] = nil } }
    }

    /// The log has grown to `sequence`.
    func announce(_ sequence: UInt64) { release { $0.beyond < sequence } }

    private func tick() {
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.rhythm) { [weak self] in
            guard let self else { return }
            let now = DispatchTime.now()
            release { $0.deadline <= now }
            let goesOn = line.withLock { line in
                line.isTicking = !line.watchers.isEmpty
                return line.isTicking
            }
            if goesOn { tick() }
        }
    }

    private func release(where isDue: (Watcher) -> Bool) {
        let due = line.withLock { line in
            if line.watchers.isEmpty { return [Watcher]() }
            let due = line.watchers.filter { isDue($0.value) }
            for number in due.keys { line.watchers[number] = nil }
            return Array(due.values)
        }
        for watcher in due { watcher.body() }
    }
}
