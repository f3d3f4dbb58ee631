import NIOCore
import SecretMemory

/// The body of a request while it arrives: one array that nobody else holds, wiped when it is given up.
final class IncomingBody {
    private var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    /// Before the first piece: an array that grows leaves copies behind.
    func reserve(_ capacity: Int) { bytes.reserveCapacity(capacity) }

    deinit { zero(&bytes) }

    /// Takes a piece in, and wipes it where it lay: that may be a buffer of the parser's own.
    func append(_ piece: ByteBuffer) {
        bytes.append(contentsOf: piece.readableBytesView)
        piece.wipe()
    }

    /// Hands the only copy over.
    func take() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        return taken
    }
}
