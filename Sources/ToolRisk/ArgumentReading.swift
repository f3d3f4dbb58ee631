import StrictJSON
import ToolDefinitions

/// What the arguments of a tool say: actions that it can be asked for, switches, statements, amounts.
struct ArgumentReading {
    /// A verb among the values of an argument that selects what is done.
    private(set) var writingAction: String?
    private(set) var hasReadingActions = false
    /// A switch that is of use only where something changes.
    private(set) var writingFlag: String?
    private(set) var takesAnyRequest = false
    private(set) var takesStatement = false
    private(set) var takesCommand = false
    private(set) var takesQuery = false
    private(set) var savesToFile = false
    /// A file or folder, which is where a download goes.
    private(set) var takesFile = false
    private(set) var movesMoney = false
    /// An amount in a currency.
    private(set) var namesPrice = false
    /// A role or an owner to be given to somebody.
    private(set) var givesRole = false
    private(set) var names: Set<String> = []

    init(_ schema: RawJSON) {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(copying: schema.bytes.span, limits: ToolLimits.page)
        } catch {
            return
        }
        var fields: [Field] = []
        Self.collect(document.root, depth: 0, into: &fields)
        names = Set(fields.map { $0.words.joined(separator: "_") })
        for field in fields { read(field) }
        let places: Set = ["url", "uri", "path", "endpoint"]
        takesAnyRequest =
            !places.isDisjoint(with: names)
            && fields.contains { ["method", "http_method", "verb"].contains($0.name) && $0.values.isEmpty }
            || !names.isDisjoint(with: ["url", "uri"])
                && !names.isDisjoint(with: ["body", "payload", "request_body"])
        givesRole = !names.isDisjoint(with: [
            "access_level", "new_owner", "new_owner_id", "owned_by", "permissions", "roles",
        ])
        // An amount in a currency is a price; money moves where somebody gets it.
        let partners: Set = [
            "recipient", "payee", "iban", "beneficiary", "wallet", "card", "destination", "account_number",
            "payment_method", "bank_account", "routing_number", "to_account", "from_account", "payment_id", "charge_id",
        ]
        let hasAmount = !names.isDisjoint(with: ["amount", "amount_cents", "total_amount"])
        movesMoney = hasAmount && !names.isDisjoint(with: partners)
        namesPrice = hasAmount && names.contains("currency")
    }

    private struct Field {
        let words: [String]
        let isSwitch: Bool
        let values: [String]

        var name: String { words.joined(separator: "_") }
    }

    private static func collect(_ schema: JSONNode, depth: Int, into fields: inout [Field]) {
        guard depth < 4, fields.count < 400 else { return }
        if let properties = schema.member("properties") {
            for (key, value) in properties.members {
                guard let name = text(key) else { continue }
                fields.append(
                    Field(
                        words: Words.of(name),
                        isSwitch: value.member("type")?.isText("boolean") ?? false,
                        values: values(of: value, depth: 0)
                    )
                )
                collect(value, depth: depth + 1, into: &fields)
            }
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            guard let parts = schema.member(keyword) else { continue }
            for part in parts.elements { collect(part, depth: depth + 1, into: &fields) }
        }
        if let items = schema.member("items") { collect(items, depth: depth + 1, into: &fields) }
    }

    /// The texts that a field can be, where they are listed.
    private static func values(of schema: JSONNode, depth: Int) -> [String] {
        guard depth < 3 else { return [] }
        var values = (schema.member("enum")?.elements).map { $0.compactMap(text) } ?? []
        if let constant = schema.member("const").flatMap(text) { values.append(constant) }
        for keyword in ["anyOf", "oneOf"] {
            guard let parts = schema.member(keyword) else { continue }
            for part in parts.elements { values += Self.values(of: part, depth: depth + 1) }
        }
        if let items = schema.member("items") { values += Self.values(of: items, depth: depth + 1) }
        return values
    }

    private static func text(_ node: JSONNode) -> String? {
        guard node.kind == .string else { return nil }
        do throws(JSONError) {
            return try node.string(allowingNUL: true)
        } catch {
            return nil
        }
    }

    private mutating func read(_ field: Field) {
        if Self.selectors.contains(field.name) { readActions(field.values) }
        if field.name == "mode", let verb = field.values.first(where: { Lexicon.role(of: $0) == .writes }) {
            writingAction = writingAction ?? verb
        }
        if let first = field.words.first {
            if field.isSwitch, Self.switches.contains(first) {
                writingFlag = writingFlag ?? Self.switches.first { $0 == first }
            }
            if field.isSwitch, field.name == "dry_run" || field.name == "dryrun" {
                writingFlag = writingFlag ?? "dry run"
            }
        }
        if Self.statements.contains(field.name) { takesStatement = true }
        if Self.commands.contains(field.name) { takesCommand = true }
        if field.name == "query" { takesQuery = true }
        if Self.files.contains(field.name) { savesToFile = true }
        if Self.places.contains(field.name) { takesFile = true }
    }

    private mutating func readActions(_ values: [String]) {
        guard !values.isEmpty else { return }
        var allRead = true
        for value in values {
            let phrase = PhraseReading(action: value)
            switch phrase.verb {
            case .reads: continue
            // `issue_types` selects a thing.
            case .mayWrite(let verb) where Lexicon.nominal.contains(verb) && phrase.words.count > 1: allRead = false
            case .writes(let verb), .mayWrite(let verb):
                writingAction = writingAction ?? verb
                allRead = false
            case .none:
                // `label` alone is a verb, `types` is none.
                if phrase.words.count == 1, Lexicon.nominal.contains(value) { writingAction = writingAction ?? value }
                allRead = false
            }
        }
        if allRead { hasReadingActions = true }
    }

    private static let selectors: Set = [
        "action", "actions", "method", "operation", "op", "command", "verb", "http_method", "sub_command", "subcommand",
        "request_type", "request_method", "operation_type", "action_type",
    ]
    private static let switches: Set = [
        "acknowledge", "ack", "apply", "approve", "archive", "cancel", "claim", "clear", "close", "commit", "confirm",
        "consume", "create", "delete", "execute", "force", "install", "lock", "mark", "notify", "overwrite",
        "publish", "purge", "register", "remove", "reset", "restart", "revoke", "save", "store", "subscribe", "update",
        "upsert", "write",
    ]
    private static let statements: Set = [
        "sql", "sql_query", "cypher", "cypher_query", "statement", "statements", "sql_statement", "graphql",
    ]
    private static let commands: Set = [
        "args_command", "cmd", "command", "commands", "javascript", "js", "js_code", "python_code", "script", "shell",
        "shell_command",
    ]
    private static let places: Set = [
        "dest", "destination", "dir", "directory", "file_path", "filename", "filepath", "folder", "local_file", "out",
        "output", "path", "save_directory", "target",
    ]
    private static let files: Set = [
        "save_to", "save_path", "output_path", "output_file", "output_dir", "output_directory", "target_dir",
        "target_path", "target_directory", "download_path", "download_dir", "destination_path", "local_path",
        "dest_path",
        "save_as", "file_output",
    ]
}
