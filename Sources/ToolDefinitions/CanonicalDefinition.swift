import StrictJSON

/// Writes the bytes that a definition digest is over: one JSON object, members in the order in which they are added,
/// which must be that of their names.
struct CanonicalDefinition {
    private var buffer = JSONBuffer(capacity: 2048)

    init() {
        buffer.beginObject()
    }

    mutating func add(_ name: StaticString, _ value: RawJSON?) {
        guard let value else { return }
        buffer.key(name)
        buffer.raw(value.bytes)
    }

    mutating func finish() -> [UInt8] {
        buffer.endObject()
        return buffer.bytes
    }
}
