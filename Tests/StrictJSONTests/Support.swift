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

/// SplitMix64: a printed seed repeats a run exactly.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
