import Dispatch
import Locking

/// Readers that wait for the log to grow.
final class EventWatchers: Sendable {
    private struct Watcher: Sendable {
        let beyond: UInt64
        let body: @Sendable () -> Void
    }

    private struct Line {
        var watchers: [UInt64: Watcher] = [:]
        var nextNumber: UInt64 = 0
    }

    private let line = Locked(Line())

    func wait(beyond sequence: UInt64, seconds: Int64, _ body: @escaping @Sendable () -> Void) {
        let number = line.withLock { line in
            line.nextNumber += 1
            line.watchers[line.nextNumber] = Watcher(beyond: sequence, body: body)
            return line.nextNumber
        }
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Int(seconds))) {
            self.line.withLock { $0.watchers.removeValue(forKey: number) }?.body()
        }
    }

    /// The log has grown to `sequence`.
    func announce(_ sequence: UInt64) {
        let ready = line.withLock { line in
            if line.watchers.isEmpty { return [Watcher]() }
            let ready = line.watchers.filter { $0.value.beyond < sequence }
            for number in ready.keys { line.watchers[number] = nil }
            return Array(ready.values)
        }
        for watcher in ready { watcher.body() }
    }
}
