import ToolDefinitions
import WarderCrypto
import WarderModel

/// Gives every operation a legal tool name that no other one has.
///
/// The name is the `operationId`, or method and path where there is none, with everything that MCP does not allow made
/// `_`. Where several come to the same, each gets a digest of its method and path behind it. So a name depends on its own
/// operation and on whether there is a namesake, and never on the order of the document.
enum OperationNames {
    private static let longest = 128
    private static let digits = 8

    static func named(_ drafts: [OperationDraft]) throws(OpenAPIError) -> [OpenAPIOperation] {
        let wanted = drafts.map { name($0) }
        var counts: [String: Int] = [:]
        for name in wanted { counts[name, default: 0] += 1 }
        var taken = Set(counts.filter { $0.value == 1 }.keys)
        var operations: [OpenAPIOperation] = []
        for (draft, name) in zip(drafts, wanted) {
            var unique = name
            if counts[name] != 1 {
                var length = digits
                repeat {
                    unique = suffixed(name, draft, digits: length)
                    length += digits
                } while !taken.insert(unique).inserted && length <= 64
            }
            operations.append(try draft.operation(named: unique))
        }
        return operations
    }

    /// The name that an operation wants.
    static func name(_ draft: OperationDraft) -> String {
        let id = draft.operationID.map { legal($0) } ?? ""
        let name = id.isEmpty ? legal("\(draft.endpoint.method.rawValue) \(draft.endpoint.path)") : id
        guard name.utf8.count > longest else { return name }
        return suffixed(name, draft, digits: digits)
    }

    private static func suffixed(_ name: String, _ draft: OperationDraft, digits: Int) -> String {
        let request = "\(draft.endpoint.method.rawValue) \(draft.endpoint.path)"
        let digest = Hex.encode(SHA256Digest.hash(Array(request.utf8))).prefix(digits)
        return "\(name.prefix(longest - digits - 1))_\(digest)"
    }

    /// Runs of other characters become one `_`; none stands at either end.
    private static func legal(_ text: String) -> String {
        var name = ""
        var isPending = false
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
                if isPending, !name.isEmpty { name += "_" }
                isPending = false
                name.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                isPending = true
            }
        }
        // No path can spell these two.
        return name == "." || name == ".." ? "" : name
    }
}
