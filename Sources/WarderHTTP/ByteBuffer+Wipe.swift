import Glibc
import NIOCore

extension ByteBuffer {
    /// Overwrites the readable bytes with zeros in the storage itself, whoever else holds it: a mutable view of shared
    /// storage would be of a copy. For bytes that nobody reads again.
    func wipe() {
        unsafe withUnsafeReadableBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            unsafe explicit_bzero(UnsafeMutableRawPointer(mutating: start), bytes.count)
        }
    }
}

extension [UInt8] {
    /// The same for an array that was made at run time.
    func wipe() {
        unsafe withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            unsafe explicit_bzero(UnsafeMutableRawPointer(mutating: start), bytes.count)
        }
    }
}
