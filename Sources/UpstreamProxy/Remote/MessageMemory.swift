import Locking

/// What the messages on their way take of memory, all together: each alone may be long, and many are in flight.
final class MessageMemory: Sendable {
    /// In bytes, counted once for each message. While one is read or written there are copies of it.
    static let most = 64 << 20

    private let limit: Int
    private let used = Locked(0)

    init(limit: Int = most) { self.limit = limit }

    /// What all messages take now, in bytes.
    var inUse: Int { used.withLock { $0 } }

    /// What one message takes, which is nothing yet.
    func share() -> Share { Share(self) }

    fileprivate func change(by count: Int) -> Bool {
        used.withLock { used in
            guard count <= 0 || used + count <= limit else { return false }
            used += count
            return true
        }
    }

    /// What one message takes; it is given back when this goes.
    final class Share: Sendable {
        private let memory: MessageMemory
        private let held = Locked(0)

        fileprivate init(_ memory: MessageMemory) { self.memory = memory }

        /// Takes as many bytes in place of those before; `false` where that is more than is left, and nothing changes.
        func hold(_ count: Int) -> Bool {
            held.withLock { held in
                guard memory.change(by: count - held) else { return false }
                held = count
                return true
            }
        }

        deinit { _ = memory.change(by: -held.withLock { $0 }) }
    }
}
