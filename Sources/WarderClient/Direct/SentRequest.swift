import Glibc
import Locking
import NIOCore

/// A request that went out on a connection which is handed over with it, before its answer was there.
///
/// Closes the connection unless somebody takes it, and says once when the request is over, also where nobody went on with
/// it.
final class SentRequest: Sendable {
    /// What the request went out under.
    let token: VaultToken
    /// The first bytes of the answer.
    let received: ByteBuffer
    private let descriptor: Locked<CInt?>
    private let ended: Locked<(@Sendable () -> Void)?>

    init(_ descriptor: CInt?, received: ByteBuffer, token: VaultToken, ended: @escaping @Sendable () -> Void) {
        self.descriptor = Locked(descriptor)
        self.received = received
        self.token = token
        self.ended = Locked(ended)
    }

    deinit {
        if let descriptor = takeConnection() { close(descriptor) }
        // Whoever went on with them has read them.
        received.wipe()
        end()
    }

    /// The connection, which is the caller's from now on; once.
    func takeConnection() -> CInt? { descriptor.withLock { $0.take() } }

    /// The answer is there, or will not come.
    func end() { ended.withLock { $0.take() }?() }
}
