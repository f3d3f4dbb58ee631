import Glibc
import NIOCore

/// A request that went out on a connection which is handed over with it, before its answer was there.
///
/// Closes the connection unless somebody takes it.
final class SentRequest: @unchecked Sendable {
    // Unchecked: it is made on a caller's thread, given to the event loop, and touched by nobody else.
    /// What the answer's token is.
    let token: VaultToken
    /// The first bytes of the answer.
    let received: ByteBuffer
    private var descriptor: CInt?

    init(_ descriptor: CInt?, received: ByteBuffer, token: VaultToken) {
        self.descriptor = descriptor
        self.received = received
        self.token = token
    }

    deinit { if let descriptor { close(descriptor) } }

    /// The connection, which is the caller's from now on; once.
    func takeConnection() -> CInt? {
        defer { descriptor = nil }
        return descriptor
    }
}
