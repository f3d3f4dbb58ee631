import Glibc
import SecretMemory

/// A text as C takes it, wiped in the end.
@safe
final class CText {
    let pointer: UnsafeMutablePointer<CChar>
    /// Bytes without the closing NUL.
    let count: Int

    private init(_ bytes: UnsafeRawBufferPointer) {
        count = bytes.count
        unsafe pointer = .allocate(capacity: bytes.count + 1)
        for index in 0..<bytes.count { unsafe pointer[index] = CChar(bitPattern: bytes[index]) }
        unsafe pointer[bytes.count] = 0
    }

    deinit {
        unsafe explicit_bzero(pointer, count + 1)
        unsafe pointer.deallocate()
    }

    /// `nil` for a value with a NUL, which would end the text early.
    static func of(_ secret: SecretBytes) -> CText? {
        unsafe secret.withUnsafeBytes { bytes in unsafe bytes.contains(0) ? nil : CText(bytes) }
    }

    /// `nil` for a text with a NUL.
    static func of(_ text: String) -> CText? {
        let bytes = Array(text.utf8)
        return unsafe bytes.withUnsafeBytes { bytes in unsafe bytes.contains(0) ? nil : CText(bytes) }
    }
}
