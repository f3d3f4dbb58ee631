import FoundationEssentials
import StrictJSON

/// Requests without secrets, from their wire types.
enum JSONBody {
    static func encode(_ value: some Encodable) throws(CommandFailure) -> RequestBody {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            var buffer = JSONBuffer()
            buffer.raw(try encoder.encode(value))
            return RequestBody(buffer)
        } catch {
            throw .usage("the request cannot be written")
        }
    }
}
