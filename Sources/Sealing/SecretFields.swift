package import SecretMemory
package import WarderModel

/// The opened values of one version, by field.
package struct SecretFields: Sendable {
    /// Most fields a version can have.
    package static let maximumCount = 32
    /// Most bytes of all values together.
    package static let maximumBytes = 1 << 20

    package let values: [FieldName: SecretBytes]

    /// - Throws: `malformed` for no field, too many, or too many bytes.
    package init(_ values: [FieldName: SecretBytes]) throws(SealingError) {
        guard (1...Self.maximumCount).contains(values.count),
            values.values.reduce(0, { $0 + $1.count }) <= Self.maximumBytes
        else { throw .malformed }
        self.values = values
    }

    /// Count (1), then for each field in order of its name: name length (1), name, value length (4), value; then
    /// padding.
    func encoded() throws -> SecretBytes {
        let fields = values.sorted { $0.key < $1.key }
        let count = 1 + fields.reduce(0) { $0 + 5 + $1.key.text.utf8.count + $1.value.count }
        return try unsafe SecretBytes(count: Padding.paddedCount(count)) { buffer in
            unsafe buffer[0] = UInt8(fields.count)
            var offset = 1
            for (name, value) in fields {
                let head =
                    [UInt8(name.text.utf8.count)] + Array(name.text.utf8) + bigEndianBytes(UInt32(value.count))
                unsafe buffer[offset..<offset + head.count].copyBytes(from: head)
                offset += head.count
                unsafe value.withUnsafeBytes { bytes in
                    unsafe buffer[offset..<offset + bytes.count].copyBytes(from: bytes)
                }
                offset += value.count
            }
            unsafe buffer[offset] = 0x80
        }
    }

    init(decoding plain: SecretBytes) throws(SealingError) {
        guard let end = unsafe plain.withUnsafeBytes({ unsafe Padding.contentCount($0) }) else { throw .malformed }
        var cursor = 0
        func take(_ count: Int) throws(SealingError) -> Range<Int> {
            guard count <= end - cursor else { throw .malformed }
            defer { cursor += count }
            return cursor..<cursor + count
        }
        func number(_ width: Int) throws(SealingError) -> Int {
            let range = try take(width)
            return unsafe plain.withUnsafeBytes { unsafe $0[range].reduce(0) { $0 << 8 | Int($1) } }
        }
        var values: [FieldName: SecretBytes] = [:]
        for _ in 0..<(try number(1)) {
            let nameRange = try take(try number(1))
            let text = unsafe plain.withUnsafeBytes { unsafe String(decoding: $0[nameRange], as: UTF8.self) }
            let valueRange = try take(try number(4))
            guard let name = try? FieldName(text), values[name] == nil else { throw .malformed }
            do { values[name] = try plain.slice(valueRange) } catch { throw .exhausted }
        }
        guard cursor == end else { throw .malformed }
        try self.init(values)
    }
}
