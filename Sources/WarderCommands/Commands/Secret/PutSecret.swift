import ArgumentParser
import SecretMemory
import StrictJSON
import WarderModel
import WarderWire

/// `warder secret put`
struct PutSecret: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "put",
        abstract: "Store a new version of a secret.",
        discussion: """
            The value comes from a hidden prompt, asked twice, unless --stdin or --file says otherwise. --stdin keeps \
            every byte but one line break at the end (--keep-newline keeps that too). --file keeps every byte.

            A secret can have several fields. Each --field is asked for; --file NAME=PATH reads one from a file, and \
            --stdin gives the one --field that is named. Without any, the field is called `value`. All fields of a \
            version are stored together: a version has the fields that are given, and none of an earlier one, so give all of \
            them. A path with an equals sign in it is written ./PATH.

            EXAMPLE
              warder secret put github/pat
              warder secret put github/pat --stdin --expires 90d < token.txt
              warder secret put github/pat --owner platform --label env=prod
              warder secret put shop/db --field username --field password
              warder secret put shop/tls --file cert=server.crt --file key=server.key
              warder secret put github/pat --check-version 3 --pending
            """
    )

    @Argument(help: "Name of the secret, such as github/pat.", transform: NameArgument.secret)
    var name: SecretName

    @Flag(help: "Read the value from standard input.")
    var stdin = false

    @Flag(help: "Keep the line break at the end of standard input.")
    var keepNewline = false

    @Option(
        help: ArgumentHelp("Read the value from a file; repeat it for several fields.", valueName: "[name=]path"),
        completion: .file()
    )
    var file: [String] = []

    @Option(
        help: ArgumentHelp("A field of the secret; repeat it for several. (default: value)", valueName: "name"),
        transform: NameArgument.field
    )
    var field: [FieldName] = []

    @Option(
        help: ArgumentHelp(
            "Store only if this is the current version; 0: only if the secret is new.",
            valueName: "number"
        )
    )
    var checkVersion: UInt32?

    @Option(
        help: ArgumentHelp(
            "When the upstream stops accepting it: a date, RFC 3339, or 90d; `never` takes it away.",
            valueName: "when"
        )
    )
    var expires: String?

    @Option(help: ArgumentHelp("Who answers for it; an empty text takes it away.", valueName: "who"))
    var owner: String?

    @Option(
        help: ArgumentHelp("A label; repeat it for several. They replace all earlier ones.", valueName: "key=value"),
        transform: KeyValue.parse
    )
    var label: [KeyValue] = []

    @Flag(help: "Do not make it current; `warder secret promote` does.")
    var pending = false

    @Argument(help: .hidden) var extra: [String] = []

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        try refuseSecretArguments(extra)
        if keepNewline, !stdin { throw ValidationError("--keep-newline needs --stdin") }
    }

    func run(in session: Session) throws(CommandFailure) {
        let labels = label.isEmpty ? nil : try KeyValue.dictionary(label)
        let expires = try ExpiryText.resolve(self.expires, now: session.context.now())
        let plan = try FieldPlan(fields: field, files: file, usesStandardInput: stdin)
        let vault = try session.vault()
        if plan.asksPerson { try vault.requireOpen() }
        let values = try plan.read(
            name,
            standardInput: session.context.standardInput,
            keepsNewline: keepNewline,
            prompter: session.context.prompter
        )
        let request = PutSecretRequest(
            fields: values,
            checkVersion: checkVersion,
            expires: expires,
            owner: owner,
            labels: labels,
            pending: pending ? true : nil
        )
        let body = try PutSecretBody.encode(request)
        let answer: Answer<SecretChanged> = try vault.ask(
            VaultRequest("PUT", "/v1/secrets/\(name.text)", body: body)
        )
        try session.output.show(answer) { changed throws(CommandFailure) in try session.print(changed) }
        warn(of: answer.value, session)
    }

    /// A version stands for itself, so that what somebody forgot to give is gone: a server that needs it fails.
    private func warn(of changed: SecretChanged, _ session: Session) {
        guard let dropped = changed.dropped, !dropped.isEmpty else { return }
        let fields = TerminalText.escaped(dropped.joined(separator: ", "))
        var hints: [String] = []
        if let tools = changed.affected, !tools.isEmpty {
            hints.append("Granted to: \(TerminalText.escaped(tools.joined(separator: ", ")))")
        }
        hints.append(
            pending
                ? "If that was no intention, do not promote it: store it again with every field"
                : "If that was no intention: warder secret rollback \(name.text); then store it again with every field"
        )
        session.console.message(
            "the new version does not have what the current one \(pending ? "has" : "had"): \(fields)",
            hints: hints
        )
    }
}

/// `PutSecretRequest` as JSON.
enum PutSecretBody {
    static func encode(_ request: PutSecretRequest) throws(CommandFailure) -> RequestBody {
        let room = request.fields.values.reduce(4096) { $0 + SecretJSON.capacity(for: $1) + 128 }
        var buffer = JSONBuffer(capacity: room)
        buffer.beginObject()
        let fields = request.fields.sorted { $0.key < $1.key }
        try append(fields.filter { SecretJSON.isText($0.value) }, key: "fields", to: &buffer) {
            (value, buffer) throws(CommandFailure) in try SecretJSON.appendText(value, to: &buffer)
        }
        try append(fields.filter { !SecretJSON.isText($0.value) }, key: "fields_base64", to: &buffer) {
            (value, buffer) throws(CommandFailure) in try SecretJSON.appendBase64(value, to: &buffer)
        }
        if let version = request.checkVersion { buffer.field("check_version", version) }
        if let expires = request.expires { buffer.field("expires", expires) }
        if let owner = request.owner { buffer.field("owner", owner) }
        if let labels = request.labels {
            buffer.key("labels")
            buffer.beginObject()
            for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
                buffer.key(text: key)
                buffer.string(value)
            }
            buffer.endObject()
        }
        if let pending = request.pending { buffer.field("pending", pending) }
        buffer.endObject()
        return RequestBody(buffer)
    }

    private static func append(
        _ fields: [(key: String, value: SecretBytes)],
        key: StaticString,
        to buffer: inout JSONBuffer,
        _ write: (SecretBytes, inout JSONBuffer) throws(CommandFailure) -> Void
    ) throws(CommandFailure) {
        guard !fields.isEmpty else { return }
        buffer.key(key)
        buffer.beginObject()
        for (name, value) in fields {
            buffer.key(text: name)
            try write(value, &buffer)
        }
        buffer.endObject()
    }
}
