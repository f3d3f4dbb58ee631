import SecretMemory
import Sealing
import StrictJSON
import WarderModel

/// Request bodies that hold secrets: decoded straight into locked memory.
enum SecretBodies {
    /// Text under its own key, anything else as base64 under `…_base64`.
    struct Put: Decodable {
        var fields: [String: SecretField]?
        var fieldsBase64: [String: SecretField]?
        var checkVersion: UInt32?
        var expires: String?
        var owner: String?
        var labels: [String: String]?
        var pending: Bool?

        enum CodingKeys: String, CodingKey {
            case fields, expires, owner, labels, pending
            case fieldsBase64 = "fields_base64"
            case checkVersion = "check_version"
        }

        func values() throws(Problem) -> SecretFields {
            var values: [FieldName: SecretBytes] = [:]
            for (name, field) in fields ?? [:] {
                values[try Exchange.parse(name, what: "A field")] = field.bytes
            }
            for (name, field) in fieldsBase64 ?? [:] {
                let name: FieldName = try Exchange.parse(name, what: "A field")
                guard values[name] == nil else { throw .invalid("A field stands twice.") }
                values[name] = try field.decodedBase64()
            }
            do { return try SecretFields(values) } catch {
                throw .invalid(
                    "A version has 1 to \(SecretFields.maximumCount) fields and at most \(SecretFields.maximumBytes) bytes."
                )
            }
        }
    }

    struct Initialise: Decodable {
        var passphrase: SecretField?
        var credentialBase64: SecretField?
        var presence: SecretField?
        var operatorName: String

        enum CodingKeys: String, CodingKey {
            case passphrase, presence
            case credentialBase64 = "credential_base64"
            case operatorName = "operator"
        }
    }

    struct Unseal: Decodable {
        var passphrase: SecretField?
        var credentialBase64: SecretField?

        enum CodingKeys: String, CodingKey {
            case passphrase
            case credentialBase64 = "credential_base64"
        }
    }

    struct Presence: Decodable {
        var passphrase: SecretField
    }

    struct FindLeak: Decodable {
        var value: SecretField?
        var valueBase64: SecretField?

        enum CodingKeys: String, CodingKey {
            case value
            case valueBase64 = "value_base64"
        }

        func bytes() throws(Problem) -> SecretBytes {
            guard (value == nil) != (valueBase64 == nil) else {
                throw .invalid("Give a value as text or in base64, and not both.")
            }
            var bytes = value?.bytes
            if let valueBase64 { bytes = try valueBase64.decodedBase64() }
            guard let bytes, (1...SecretFields.maximumBytes).contains(bytes.count) else {
                throw .invalid("A value has 1 to \(SecretFields.maximumBytes) bytes.")
            }
            return bytes
        }
    }

    struct Enrolment: Decodable {
        var code: SecretField
        var passphrase: SecretField
    }
}

extension SecretField {
    func decodedBase64() throws(Problem) -> SecretBytes {
        do { return try SecretBytes(base64: bytes) } catch { throw .invalid("A value is not base64.") }
    }
}
