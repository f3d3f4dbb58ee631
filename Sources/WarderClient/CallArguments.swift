import FoundationEssentials
import StrictJSON

/// The arguments of a tool call, as the vault shows them to approvers and as its log names them by a digest.
///
/// They are the server's claim: the vault seals them, and never allows anything because of them.
public struct CallArguments: Hashable, Sendable {
    /// Bytes of canonical JSON that a call may have.
    public static let maximumBytes = 16_384

    let canonical: [UInt8]

    /// Takes a JSON document in UTF-8, usually the `arguments` of `tools/call`.
    ///
    /// - Throws: `.invalidRequest` if it is not strict JSON (keys that stand twice, trailing commas), deeper than 16
    ///   levels, or longer
    ///   than ``maximumBytes``.
    public init(json: some Sequence<UInt8>) throws(WarderClientError) {
        // Spaces and escapes go away in the canonical form; the parser stops well before a peer's megabytes.
        let limits = JSONLimits(maxBytes: 4 * Self.maximumBytes)
        do {
            canonical = try CanonicalJSON.bytes(of: JSONDocument(parsing: Array(json), limits: limits).root)
        } catch {
            throw WarderClientError(.invalidRequest)
        }
        guard canonical.count <= Self.maximumBytes else { throw WarderClientError(.invalidRequest) }
    }

    /// Takes a JSON document.
    ///
    /// - Throws: As ``init(json:)-(Sequence<UInt8>)``.
    public init(json: String) throws(WarderClientError) {
        try self.init(json: json.utf8)
    }

    /// Encodes any value as JSON.
    ///
    /// - Throws: `.invalidRequest` if the value cannot be encoded, or as ``init(json:)-(Sequence<UInt8>)``.
    public init(_ value: some Encodable) throws(WarderClientError) {
        let json: Data
        do {
            json = try JSONEncoder().encode(value)
        } catch {
            throw WarderClientError(.invalidRequest)
        }
        try self.init(json: json)
    }
}
