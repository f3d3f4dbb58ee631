import StrictJSON
import ToolDefinitions

/// Finds fields of an answer that hold a credential by their names.
enum CredentialFields {
    private static let names: Set = [
        "access_token", "api_key", "apikey", "auth_token", "bearer_token", "client_secret", "id_token", "kubeconfig",
        "passphrase", "password", "private_key", "refresh_token", "secret", "secret_access_key", "secret_key",
        "session_token", "signature_key", "signing_key", "signing_secret",
    ]

    private static let person: Set = ["firstName", "first_name", "givenName", "given_name", "lastName", "last_name"]

    /// Whether there is one that the caller did not send along.
    static func areNew(in schema: RawJSON, besides sent: Set<String>) -> Bool {
        do throws(JSONError) {
            let document = try JSONDocument(copying: schema.bytes.span, limits: ToolLimits.page)
            return isIn(document.root, names.subtracting(sent), depth: 0)
        } catch {
            return false
        }
    }

    /// Near the root only: deep down in large answers such a field is somebody else's.
    private static func isIn(_ schema: JSONNode, _ names: Set<String>, depth: Int) -> Bool {
        guard depth < 3 else { return false }
        if let properties = schema.member("properties") {
            // A person's record has the shape in which it is sent, and no service gives its password back.
            let isPerson = properties.members.contains { member in Self.person.contains { member.0.isText($0) } }
            let names = isPerson ? names.subtracting(["password"]) : names
            for (key, value) in properties.members {
                let isText = value.member("type").map { $0.isText("string") } ?? true
                if isText, !isOnlySent(value), names.contains(where: { key.isText($0) }) { return true }
                if isIn(value, names, depth: depth + 1) { return true }
            }
        }
        // An element is as near as its list.
        if let items = schema.member("items"), isIn(items, names, depth: depth) { return true }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            guard let parts = schema.member(keyword) else { continue }
            for part in parts.elements where isIn(part, names, depth: depth + 1) { return true }
        }
        return false
    }

    /// What is only ever sent is in no answer, whatever shape both share.
    private static func isOnlySent(_ field: JSONNode) -> Bool {
        do throws(JSONError) {
            return try field.member("writeOnly")?.bool() ?? false
        } catch {
            return false
        }
    }
}
