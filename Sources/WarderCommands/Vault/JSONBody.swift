import FoundationEssentials
import StrictJSON

/// Requests without secrets, from their wire types.
enum JSONBody {
    static func encode(_ value: some Encodable) throws(CommandFailure) -> RequestBody {
        do {
            var buffer = JSONBuffer()
            buffer.raw(try encoded(value))
            return RequestBody(buffer)
        } catch {
            throw .usage("the request cannot be written")
        }
    }

    /// A part of an answer as the vault would have written it.
    static func bytes(_ value: some Encodable) throws(CommandFailure) -> [UInt8] {
        do { return Array(try encoded(value)) } catch { throw .malformedAnswer }
    }

    private static func encoded(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }
}
