package import SecretMemory

/// A field that holds a secret: a JSON string that goes straight into locked memory.
///
/// Only `StrictDecoder` can decode it; with any other decoder the value would pass through a `String`.
package struct SecretField: Decodable, Sendable {
    /// The text with its escapes resolved, in UTF-8.
    package let bytes: SecretBytes

    /// A field from bytes that are in locked memory already.
    package init(_ bytes: SecretBytes) {
        self.bytes = bytes
    }

    /// Reads the string at the decoder's node.
    ///
    /// - Throws: `JSONDecodingError` if it is not a string, if there is no locked memory, or with another decoder.
    package init(from decoder: any Decoder) throws {
        guard let decoder = decoder as? StrictDecoder else {
            throw JSONDecodingError(path: "$", expectation: "the strict decoder for a secret")
        }
        do {
            bytes = try decoder.open().secret()
        } catch .noSecretMemory {
            throw decoder.error(expecting: "room in locked memory for a secret")
        } catch {
            throw decoder.error(expecting: "a string")
        }
    }
}
