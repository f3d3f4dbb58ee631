package import NIOConcurrencyHelpers

/// A value that one thread at a time can touch.
///
/// What `Synchronization.Mutex` is, over the lock of the system's thread library: only that one is known to the thread
/// sanitizer, which takes everything under the standard library's lock for a race.
package final class Locked<Value: ~Copyable>: @unchecked Sendable {
    // Unchecked, because the compiler cannot see that `value` is touched under `lock` alone.
    @usableFromInline let lock = NIOLock()
    @usableFromInline var value: Value

    @inlinable
    package init(_ value: consuming sending Value) { self.value = value }

    /// Runs `body` with the value, while every other thread waits. Must not be entered again from `body`.
    ///
    /// Inlined into other modules: what is done under a lock is small, and on every call's way.
    @inlinable
    package func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(&value)
    }
}
