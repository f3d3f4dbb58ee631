import UpstreamAddresses
import WarderModel

@testable import Launching
@testable import UpstreamProxy

extension Harness {
    /// Where requests may go, and what a launched server learns of it, as people write it on command lines and in
    /// settings: each line is a kind of text, a space and the text.
    static let address = Harness("address") { input in
        var declared: [ProxyDeclarations.Kind: [String]] = [:]
        for line in Input(input).lines {
            guard let text = String(exactly: line), let space = text.firstIndex(of: " ") else { continue }
            let value = String(text[text.index(after: space)...])
            switch text[..<space] {
            case "webhook": try readWebhook(value)
            case "environment": try readVariable(value)
            default:
                guard let kind = ProxyDeclarations.Kind(rawValue: String(text[..<space])) else { continue }
                declared[kind, default: []].append(value)
            }
        }
        guard let declarations = try? ProxyDeclarations(declared) else { return }
        var variables: [String] = []
        for one in declarations.all {
            let environment = one.environment(baseURL: "http://127.0.0.1:1")
            try hold(!environment.isEmpty, "a server learns of each upstream")
            variables += environment.keys
        }
        try hold(Set(variables).count == variables.count, "a variable holds one thing")
        let placeholders = declarations.all.map(\.upstream.placeholder.text)
        try hold(Set(placeholders).count == placeholders.count, "a placeholder stands for one credential")
    }

    private static func readWebhook(_ text: String) throws {
        guard let address = try? WebhookAddress(text) else { return }
        try hold(try WebhookAddress(address.text) == address, "an address is read as it was written")
        try hold(address.text.utf8.allSatisfy { $0 > 32 && $0 < 127 }, "an address is plain ASCII")
        try hold(address.origin.isEncrypted || address.text.hasPrefix("http://"), "an address says how it is spoken to")
    }

    private static func readVariable(_ text: String) throws {
        guard let one = try? EnvironmentSecret(text) else { return }
        let again = try EnvironmentSecret("\(one.variable)=\(one.secret.text)#\(one.field.text)")
        try hold(again == one, "a variable is read as it was written")
        try hold(!one.variable.utf8.contains { $0 == UInt8(ascii: "=") || $0 == 0 }, "a variable has a name")
    }
}
