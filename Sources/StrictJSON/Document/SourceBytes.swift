import Glibc

/// The bytes of one document, in memory of their own so that wiping reaches all of them.
///
/// An array would be wiped only while nobody else holds it, and reading it from a class costs an exclusivity check each
/// time.
@safe
final class SourceBytes {
    /// The source and one byte more, which is 1 until the source is wiped.
    private let start: UnsafeMutablePointer<UInt8>
    private let count: Int

    init(copying bytes: Span<UInt8>) {
        count = bytes.count
        unsafe start = .allocate(capacity: count + 1)
        unsafe bytes.withUnsafeBufferPointer { source in
            guard let from = source.baseAddress else { return }
            unsafe start.initialize(from: from, count: source.count)
        }
        unsafe start[count] = 1
    }

    deinit {
        wipe()
        unsafe start.deallocate()
    }

    @inline(__always)
    var isWiped: Bool { unsafe start[count] == 0 }

    func wipe() {
        unsafe explicit_bzero(start, count + 1)
    }

    @inline(__always)
    func withBytes<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(self) {} }
        let source = unsafe UnsafeBufferPointer(start: start, count: count)
        return try body(unsafe Span(_unsafeElements: source))
    }
}
