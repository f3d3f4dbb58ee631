/// A JSON value of any shape, kept as its canonical bytes.
///
/// For parts of a document that are stored or shown and never interpreted. Two of them are equal if and only if their
/// values are. Only `StrictDecoder` can decode it.
package struct RawJSON: Decodable, Sendable, Hashable {
    /// The value in the form of `CanonicalJSON`.
    package let bytes: [UInt8]

    /// The value of a node.
    ///
    /// - Throws: `JSONError.numberOutOfRange` for a number that has no canonical form.
    package init(_ node: JSONNode) throws(JSONError) {
        bytes = try CanonicalJSON.bytes(of: node)
    }

    /// The value at the decoder's node, everything inside it included.
    ///
    /// - Throws: `JSONDecodingError` if a number has no canonical form, or with another decoder.
    package init(from decoder: any Decoder) throws {
        guard let decoder = decoder as? StrictDecoder else {
            throw JSONDecodingError(path: "$", expectation: "the strict decoder for raw JSON")
        }
        let node = decoder.open()
        decoder.session.markAllAsked(in: node)
        do {
            try self.init(node)
        } catch {
            throw decoder.error(expecting: "numbers that a double can hold")
        }
    }
}
