import StrictJSON

/// Parses text that a test knows to be accepted.
func document(_ text: String, limits: JSONLimits = .default) throws -> JSONDocument {
    try JSONDocument(parsing: Array(text.utf8), limits: limits)
}

/// The reason for which text is refused, or `nil` if it is accepted.
func refusal(_ text: String, limits: JSONLimits = .default) -> JSONError? {
    refusal(Array(text.utf8), limits: limits)
}

/// The reason for which bytes are refused, or `nil` if they are accepted.
func refusal(_ bytes: [UInt8], limits: JSONLimits = .default) -> JSONError? {
    do throws(JSONError) {
        _ = try JSONDocument(parsing: bytes, limits: limits)
        return nil
    } catch {
        return error
    }
}

/// The canonical form of a JSON text.
func canonical(_ text: String) throws -> String {
    String(decoding: try CanonicalJSON.bytes(of: document(text).root), as: UTF8.self)
}
