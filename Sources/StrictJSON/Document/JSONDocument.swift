import SecretMemory

/// A JSON document that was checked strictly and is read in place.
///
/// The grammar is RFC 8259 in UTF-8 and nothing else: no byte order mark, no trailing comma, no comment, no lone
/// surrogate, no key twice in one object, and nothing beyond the `JSONLimits`. Parsing builds a tape of offsets; text
/// is copied out only when a reader asks for it.
///
/// The document keeps its own copy of the bytes and zeroes it in `wipe()` or when it goes away.
@safe
package final class JSONDocument {
    let tape: [JSONTapeEntry]
    private let source: SourceBytes

    /// Scans `bytes` completely and zeroes them afterwards, whether they are accepted or not.
    ///
    /// Zeroing reaches only an array that nobody else holds, so hand over the only reference:
    /// `JSONDocument(parsing: consume body)`.
    ///
    /// - Throws: `JSONError` with the offset of the first offence. A key that repeats an earlier one is found at the
    ///   end of its object.
    package convenience init(
        parsing bytes: consuming [UInt8],
        limits: JSONLimits = .default
    ) throws(JSONError) {
        defer { zero(&bytes) }
        try self.init(copying: bytes.span, limits: limits)
    }

    /// Scans `bytes` completely; wiping them stays the caller's duty.
    ///
    /// - Throws: `JSONError` with the offset of the first offence.
    package init(copying bytes: Span<UInt8>, limits: JSONLimits = .default) throws(JSONError) {
        var scanner = JSONScanner(limits: limits)
        try scanner.scan(bytes)
        tape = scanner.tape
        source = SourceBytes(copying: bytes)
    }

    /// The value of the whole document.
    package var root: JSONNode { JSONNode(document: self, index: 0) }

    /// Overwrites the source with zeros; every later reading access throws `JSONError.wiped`.
    package func wipe() {
        source.wipe()
    }

    var isWiped: Bool { source.isWiped }

    /// Lends the source to `body`; zeros if the document is wiped.
    @inline(__always)
    func withBytes<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try source.withBytes(body)
    }
}
