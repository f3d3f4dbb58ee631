import StrictJSON

/// The id of a JSON-RPC request, as one text for a number and a string that look alike.
///
/// A server that turns `"7"` into `7` before it answers must not end another request than the one it answers, so that
/// the two are taken for one id and cannot be under way at once.
struct RequestKey: Hashable, Sendable {
    private let text: String

    /// More than any id needs.
    static let mostBytes = 256

    /// - Returns: `nil` for what is no id: `null`, a fraction, an exponent, more than ``mostBytes``.
    init?(_ node: JSONNode) {
        guard node.byteCount <= Self.mostBytes else { return nil }
        do throws(JSONError) {
            switch node.kind {
            case .string: text = try node.string(allowingNUL: true)
            case .number: text = String(try node.int())
            default: return nil
            }
        } catch {
            return nil
        }
    }
}
