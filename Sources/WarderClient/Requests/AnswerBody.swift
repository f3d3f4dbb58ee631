import NIOCore
import SecretMemory

/// The body of an answer while it arrives: it may hold a value, so no byte of it is left behind.
final class AnswerBody {
    private var bytes: [UInt8] = []

    /// Number of bytes so far.
    var count: Int { bytes.count }

    /// Makes room for a body whose length was announced.
    func reserve(_ count: Int) {
        bytes.reserveCapacity(count)
    }

    /// Moves bytes out of a buffer: they are copied, and wiped where they were.
    func take(_ buffer: ByteBuffer) {
        if bytes.capacity < bytes.count + buffer.readableBytes { grow(to: bytes.count + buffer.readableBytes) }
        unsafe buffer.withUnsafeReadableBytes { unsafe bytes.append(contentsOf: $0) }
        buffer.wipe()
    }

    /// The whole body; the caller holds the only reference afterwards.
    func finish() -> [UInt8] {
        let whole = bytes
        bytes = []
        return whole
    }

    /// An array that grows by itself leaves its old storage as it was.
    private func grow(to needed: Int) {
        var larger: [UInt8] = []
        larger.reserveCapacity(max(needed, 2 * bytes.capacity))
        larger.append(contentsOf: bytes)
        zero(&bytes)
        bytes = larger
    }

    deinit {
        zero(&bytes)
    }
}
