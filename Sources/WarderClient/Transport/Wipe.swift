import Glibc
import NIOCore

extension ByteBuffer {
    /// Overwrites the readable bytes with zeros where they lie.
    ///
    /// Meant for bytes that nobody reads again. Other buffers share the storage: a decoder that is past these bytes, a
    /// channel that has sent them, a pool that overwrites them with the next read. A mutable view would wipe a copy
    /// instead.
    func wipe() {
        unsafe withUnsafeReadableBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            unsafe explicit_bzero(UnsafeMutableRawPointer(mutating: start), bytes.count)
        }
    }
}

extension [UInt8] {
    /// Overwrites the first bytes with zeros where they lie.
    mutating func wipe(first count: Int) {
        unsafe withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            unsafe explicit_bzero(start, Swift.min(count, bytes.count))
        }
    }
}
