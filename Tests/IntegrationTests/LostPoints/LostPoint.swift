import Reviewing
import WarderTesting

/// A cause of lost points: the commands that bring it about in a real vault, and what the finding's own commands are
/// filled in with.
struct LostPoint: Sendable, CustomStringConvertible {
    let kind: FaultKind
    /// The id of the finding that it is to be, or how that begins.
    let finding: String
    var setup: [String] = []
    /// What no command of an operator does, such as a server's call.
    var act: @Sendable (TestVault) async throws -> Void = { _ in }
    /// For which nothing happens then.
    var days: Int64 = 0
    /// By the words in capitals.
    var words: [String: String] = [:]
    /// What is typed, by how the command begins that asks.
    var answers: [String: [CommandRun.Answer]] = [:]

    var description: String { "\(kind.rawValue) \(finding)" }

    static let all = tools + identities + approvals + audit + exposure + credentials

    // MARK: Words

    static let shop = "warder server add shop --uid 900 --unit shop.service --owner payments"
    static let get = "warder tool add shop/get --risk read-only"
    static let refund = "warder tool add shop/refund --risk critical --category financial"
    static let update = "warder tool add shop/update --risk side-effect"

    /// A tool's own secret: of one that nothing is granted to, nobody can say whether somebody is asked.
    static func granted(_ tool: String) -> [String] {
        [secret(tool), "warder grant add \(tool) \(tool) --ttl 5m --uses 1 --attestation pidfd"]
    }

    static func secret(_ name: String) -> String {
        "printf s3cr3t | warder secret put \(name) --owner payments --stdin"
    }

    /// A value that is typed twice.
    static func value(of name: String) -> [CommandRun.Answer] {
        [.init("\(name) value:", "an0ther"), .init("The same again:", "an0ther")]
    }

    /// What fills in a new secret.
    static let newSecret = ["SECRET": "shop/new", "WHO": "payments"]
    static let newValue = ["warder secret put shop/new": value(of: "shop/new")]

    /// A file with a server's answer to tools/list.
    static func list(_ file: String, _ tools: String...) -> String {
        let entries = tools.map { tool in
            let (name, text) = (tool.prefix { $0 != ":" }, tool.drop { $0 != ":" }.dropFirst())
            return #"{"name":"\#(name)","description":"\#(text)","inputSchema":{"type":"object"}}"#
        }
        return #"printf '%s' '{"tools":[\#(entries.joined(separator: ","))]}' > \#(file)"#
    }

    static func take(_ file: String, _ options: String = "") -> String {
        "warder tool import tools-list \(file) --server shop --yes \(options)"
    }
}
