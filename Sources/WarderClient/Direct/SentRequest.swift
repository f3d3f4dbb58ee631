import Glibc
import Locking
import NIOCore

/// A request that went out on a connection which is handed over with it, before its answer was there.
///
/// Closes the connection unless somebody takes it.
final class SentRequest: Sendable {
    /// What the request went out under.
    let token: VaultToken
    /// The first bytes of the answer.
    let received: ByteBuffer
    private let descriptor: Locked<CInt?>

    init(_ descriptor: CInt?, received: ByteBuffer, token: VaultToken) {
        self.descriptor = Locked(descriptor)
        self.received = received
        self.token = token
    }

    deinit { if let descriptor = takeConnection() { close(descriptor) } }

    /// The connection, which is the caller's from now on; once.
    func takeConnection() -> CInt? { descriptor.withLock { $0.take() } }
}
