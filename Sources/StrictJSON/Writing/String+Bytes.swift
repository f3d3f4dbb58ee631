extension String {
    /// Lends the UTF-8 form to `body`, without a copy for every native string.
    @inline(__always)
    func withBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        let result = unsafe utf8.withContiguousStorageIfAvailable { bytes in
            body(unsafe Span(_unsafeElements: bytes))
        }
        return result ?? body(Array(utf8).span)
    }
}
