package import SecretMemory
package import StrictJSON

/// Secrets in JSON, without a `String` on the way: text travels under its key, anything that is not UTF-8 in base64
/// under `<key>_base64`.
package enum SecretJSON {
    /// Room that a secret takes at most, so that a buffer need not grow and leave a copy behind.
    package static func capacity(for secret: SecretBytes) -> Int { 6 * secret.count + 8 }

    /// Whether the bytes can travel as text.
    package static func isText(_ secret: SecretBytes) -> Bool {
        unsafe secret.withUnsafeBytes { unsafe JSONBuffer.isPlainText($0) }
    }

    /// Writes `"key":"…"` or `"key_base64":"…"`.
    package static func append(_ secret: SecretBytes, key: String, to buffer: inout JSONBuffer) throws(CommandFailure) {
        if isText(secret) {
            buffer.key(text: key)
            try appendText(secret, to: &buffer)
        } else {
            buffer.key(text: key + "_base64")
            try appendBase64(secret, to: &buffer)
        }
    }

    /// Writes the bytes as a string.
    package static func appendText(_ secret: SecretBytes, to buffer: inout JSONBuffer) throws(CommandFailure) {
        do throws(JSONError) {
            try unsafe secret.withUnsafeBytes { bytes throws(JSONError) in try unsafe buffer.string(utf8: bytes) }
        } catch {
            throw .usage("the value is not text")
        }
    }

    /// Writes the bytes in base64.
    package static func appendBase64(_ secret: SecretBytes, to buffer: inout JSONBuffer) throws(CommandFailure) {
        let text: SecretBytes
        do throws(SecretMemoryError) { text = try secret.base64() } catch { throw CommandFailure(error) }
        try appendText(text, to: &buffer)
    }

    /// Reads what `append` writes.
    package static func read(_ key: String, of object: JSONNode) throws(CommandFailure) -> SecretBytes {
        do {
            if let text = object.member(key) { return try text.secret() }
            guard let base64 = object.member(key + "_base64") else { throw CommandFailure.malformedAnswer }
            return try SecretBytes(base64: base64.secret())
        } catch {
            throw .malformedAnswer
        }
    }
}
