import NIOCore

/// Keeps a reference to a buffer on its way to the socket, so that it can be wiped in place once it is there.
final class HeldBuffer {
    private var buffer: ByteBuffer

    init(_ buffer: ByteBuffer) { self.buffer = buffer }

    func wipe() {
        _ = unsafe buffer.withUnsafeMutableReadableBytes { unsafe $0.initializeMemory(as: UInt8.self, repeating: 0) }
    }
}
