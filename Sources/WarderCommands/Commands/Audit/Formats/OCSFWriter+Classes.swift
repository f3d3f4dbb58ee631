import StrictJSON
import WarderModel

/// What each class asks for by itself.
extension OCSFWriter {
    // MARK: API Activity

    mutating func writeAPI() {
        json.key("api")
        json.beginObject()
        json.field("operation", event.text("type") ?? event.missing?.rawValue ?? "")
        if let request = take("request_id") {
            json.key("request")
            json.beginObject()
            json.field("uid", request)
            json.endObject()
        }
        if event.isRefused, let reason = event.text("reason") {
            json.key("response")
            json.beginObject()
            json.field("error", reason)
            json.endObject()
        }
        json.key("service")
        json.beginObject()
        json.field("name", "warder")
        json.endObject()
        if let token = take("token") {
            json.key("token")
            json.beginObject()
            json.field("type", "API Token")
            json.field("type_id", 7)
            json.field("uid", token)
            json.endObject()
        }
        json.endObject()
        writeResources()
        if hasTrace, let trace = event.text("trace_id") {
            json.key("trace")
            json.beginObject()
            json.field("uid", trace)
            json.endObject()
        }
    }

    /// The secret that is the target, and the tool or the server that it is about.
    private mutating func writeResources() {
        let secret = take("secret")
        let tool = event.tool
        let server = take("server")
        guard secret != nil || tool != nil || server != nil else { return }
        json.key("resources")
        json.beginArray()
        if let secret {
            json.beginObject()
            json.field("name", secret)
            json.field("role", "Target")
            json.field("role_id", 1)
            json.field("type", "Secret")
            if let version = take("version") { json.field("version", version) }
            json.endObject()
        }
        if let name = tool ?? server {
            _ = take("tool")
            json.beginObject()
            json.field("name", name)
            json.field("role", "Related")
            json.field("role_id", 4)
            json.field("type", tool == nil ? "Server" : "Tool")
            json.endObject()
        }
        json.endArray()
    }

    // MARK: Application Lifecycle

    mutating func writeApplication() {
        json.key("app")
        json.beginObject()
        json.field("name", "warderd")
        json.field("vendor_name", "Warder")
        if let version = event.change("version") { json.field("version", version) }
        json.endObject()
    }

    // MARK: Authentication

    mutating func writeAuthentication() {
        json.key("service")
        json.beginObject()
        json.field("name", "warder")
        json.endObject()
        writeUser(as: "user")
    }

    // MARK: Authorize Session

    /// A token is the session; what it allows is to call one tool with the secrets that grants name.
    mutating func writeSession() {
        json.key("privileges")
        json.beginArray()
        // A demand that names none is refused; the framework asks for at least one all the same.
        json.string(event.tool.map { "call \($0)" } ?? "call")
        json.endArray()
        if event.tool != nil { _ = (take("tool"), take("server")) }
        if let token = take("token") {
            json.key("session")
            json.beginObject()
            json.field("uid", token)
            json.endObject()
        }
        writeUser(as: "user")
    }

    // MARK: Entity Management

    mutating func writeEntity(_ kind: OCSFEntityKind) {
        if let purpose = take("purpose") { json.field("comment", purpose) }
        json.key("entity")
        json.beginObject()
        switch kind {
        case .secret: writeThing("Secret", take("secret"), version: take("version"))
        case .server: writeThing("Server", take("server"))
        case .tool:
            writeThing("Tool", event.tool)
            // What sums up an import names a server alone, which goes with what has no place.
            if event.tool != nil { _ = (take("server"), take("tool")) }
        case .slot:
            let slot = event.texts("changes").first { $0.hasPrefix("slot/") }
            writeThing("Key slot", slot?.split(separator: "/").dropFirst().first.map(String.init))
        case .keyring: writeThing("Keyring", nil)
        case .approvalRule:
            let scope = event.texts("changes").first { $0.hasPrefix("scope=") }
            writeThing("Approval rule", scope.map { String($0.dropFirst(6)) })
        case .approval: writeThing("Standing approval", take("approval"))
        case .grant: writeGrant()
        case .person: writePerson()
        }
        json.endObject()
    }

    /// Without a name, such as in a refused request that named nothing, the kind stands for it.
    private mutating func writeThing(_ type: String, _ name: String?, version: String? = nil) {
        json.field("name", name ?? type)
        json.field("type", type)
        json.field("type_id", 99)
        if let version { json.field("version", version) }
    }

    /// Its tool and its secret stand under `unmapped` as well: no attribute has them apart.
    private mutating func writeGrant() {
        let name = [event.tool, event.text("secret")].compactMap(\.self).joined(separator: " ")
        json.field("name", name.isEmpty ? "Grant" : name)
        json.key("policy")
        json.beginObject()
        json.field("name", name.isEmpty ? "Grant" : name)
        json.field("type", "Grant")
        json.endObject()
        json.field("type", "Policy")
        json.field("type_id", 5)
    }

    /// The operator that the event is about: another one, or whoever sets their own passphrase.
    private mutating func writePerson() {
        let name = event.change("name") ?? person ?? event.text("actor") ?? "Operator"
        json.field("name", name)
        json.field("type", "User")
        json.field("type_id", 2)
        json.key("user")
        json.beginObject()
        json.field("name", name)
        if let uid = event.change("uid") { json.field("uid", uid) }
        json.endObject()
    }
}
