package import SecretMemory
import StrictJSON

/// Values of a secret by field, as they travel: text under `fields`, anything else as base64 under `fields_base64`.
package struct JobFields: Decodable, Sendable {
    /// Most fields that one version has.
    package static let maximumCount = 32

    package var values: [String: SecretBytes]

    package init(_ values: [String: SecretBytes] = [:]) {
        self.values = values
    }

    package subscript(_ name: String) -> SecretBytes? { values[name] }

    package var isEmpty: Bool { values.isEmpty }

    enum CodingKeys: String, CodingKey {
        case fields
        case fieldsBase64 = "fields_base64"
    }

    /// Reads both members of the object that they stand in, next to whatever else that object has.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let texts = try container.decodeIfPresent([String: SecretField].self, forKey: .fields) ?? [:]
        let others = try container.decodeIfPresent([String: SecretField].self, forKey: .fieldsBase64) ?? [:]
        values = texts.mapValues(\.bytes)
        for (name, field) in others {
            guard values[name] == nil else {
                throw JSONDecodingError(path: "$.fields_base64", expectation: "fields that do not stand in `fields`")
            }
            do {
                values[name] = try SecretBytes(base64: field.bytes)
            } catch {
                throw JSONDecodingError(path: "$.fields_base64", expectation: "padded base64, and room for it")
            }
        }
        guard values.count <= Self.maximumCount else {
            throw JSONDecodingError(path: "$.fields", expectation: "at most \(Self.maximumCount) fields")
        }
    }

    /// Room that the members take at most, so that a buffer need not grow and leave a copy behind.
    var capacity: Int {
        values.reduce(64) { $0 + 6 * $1.key.utf8.count + 6 * $1.value.count + 16 }
    }

    /// Writes the members into the open object; in the order of the names, so that equal fields are equal bytes.
    func write(to buffer: inout JSONBuffer) throws(JobWritingError) {
        let sorted = values.sorted { $0.key < $1.key }
        let isText = { (value: SecretBytes) in unsafe value.withUnsafeBytes { unsafe JSONBuffer.isPlainText($0) } }
        try Self.write(sorted.filter { isText($0.value) }, key: "fields", to: &buffer)
        var encoded: [(key: String, value: SecretBytes)] = []
        for (name, value) in sorted where !isText(value) {
            do { encoded.append((name, try value.base64())) } catch { throw .noSecretMemory }
        }
        try Self.write(encoded, key: "fields_base64", to: &buffer)
    }

    private static func write(
        _ texts: [(key: String, value: SecretBytes)],
        key: StaticString,
        to buffer: inout JSONBuffer
    ) throws(JobWritingError) {
        guard !texts.isEmpty else { return }
        buffer.key(key)
        buffer.beginObject()
        for (name, value) in texts {
            buffer.key(text: name)
            // Well-formed, or base64.
            unsafe value.withUnsafeBytes { bytes in try? unsafe buffer.string(utf8: bytes) }
        }
        buffer.endObject()
    }
}

/// Why a job or a result could not be put into words.
package enum JobWritingError: Error, Hashable, Sendable {
    /// There was no locked memory for it.
    case noSecretMemory
}

extension JSONBuffer {
    /// Moves what was written into locked memory, and wipes where it was written.
    mutating func takeSecret() throws(JobWritingError) -> SecretBytes {
        defer { wipe() }
        do { return try SecretBytes(copying: bytes) } catch { throw .noSecretMemory }
    }
}
