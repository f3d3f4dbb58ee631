import StrictJSON
import ToolDefinitions

/// Finds fields of an answer that hold a credential by their names.
enum CredentialFields {
    private static let names: Set = [
        "access_token", "api_key", "apikey", "auth_token", "bearer_token", "client_secret", "id_token", "kubeconfig",
        "passphrase", "password", "private_key", "refresh_token", "secret", "secret_access_key", "secret_key",
        "session_token", "signature_key", "signing_key", "signing_secret",
    ]

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
            for (key, value) in properties.members {
                let isText = value.member("type").map { $0.isText("string") } ?? true
                if isText, names.contains(where: { key.isText($0) }) { return true }
                if isIn(value, names, depth: depth + 1) { return true }
            }
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            guard let parts = schema.member(keyword) else { continue }
            for part in parts.elements where isIn(part, names, depth: depth + 1) { return true }
        }
        return false
    }
}
