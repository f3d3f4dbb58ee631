import ArgumentParser
import WarderModel
import WarderWire

/// `warder secret set`
struct SetSecret: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Change owner, labels or expiry of a secret, and no value.",
        discussion: """
            What is not named stays as it is, the versions too. A value is stored with `warder secret put`.

            EXAMPLE
              warder secret set github/pat --owner platform
              warder secret set github/pat --expires 90d
              warder secret set github/pat --label env=prod --label team=core
              warder secret set github/pat --expires never --no-labels
              warder secret set decoy/aws --honeytoken
            """
    )

    @Argument(help: "Name of the secret, such as github/pat.", transform: NameArgument.secret)
    var name: SecretName

    @Option(help: ArgumentHelp("Who answers for it; an empty text takes it away.", valueName: "who"))
    var owner: String?

    @Option(
        help: ArgumentHelp("A label; repeat it for several. They replace all earlier ones.", valueName: "key=value"),
        transform: KeyValue.parse
    )
    var label: [KeyValue] = []

    @Flag(help: "Take all labels away.")
    var noLabels = false

    @Option(
        help: ArgumentHelp(
            "When the upstream stops accepting it: a date, RFC 3339, or 90d; `never` takes it away.",
            valueName: "when"
        )
    )
    var expires: String?

    @Flag(
        inversion: .prefixedNo,
        help: "Whether it is a decoy: nothing uses it, and whoever asks for it raises an alert."
    )
    var honeytoken: Bool?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard owner != nil || expires != nil || noLabels || !label.isEmpty || honeytoken != nil else {
            throw ValidationError("say what to change: --owner, --label, --no-labels, --expires or --honeytoken")
        }
        if noLabels, !label.isEmpty { throw ValidationError("--no-labels does not go with --label") }
    }

    func run(in session: Session) throws(CommandFailure) {
        let request = SetSecretRequest(
            owner: owner,
            labels: label.isEmpty && !noLabels ? nil : try KeyValue.dictionary(label),
            expires: try ExpiryText.resolve(expires, now: session.context.now()),
            honeytoken: honeytoken
        )
        let answer: Answer<SecretSummary> = try session.vault().ask(
            VaultRequest("PATCH", "/v1/secrets/\(name.text)", body: JSONBody.encode(request))
        )
        try session.output.show(answer) { secret throws(CommandFailure) in
            var parts = ["owner \(secret.owner ?? "nobody")", "expires \(secret.expires ?? "never")"]
            parts += secret.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            if secret.honeytoken == true { parts.append("a decoy") }
            try session.console.print(TerminalText.escaped("\(name.text): \(parts.joined(separator: ", "))"))
        }
    }
}

/// `--expires` of a secret.
enum ExpiryText {
    /// As the vault takes it: an empty text takes an earlier one away.
    static func resolve(_ text: String?, now: Timestamp) throws(CommandFailure) -> String? {
        guard let text else { return nil }
        return text == "never" ? "" : try MomentText.resolve(text, .future, option: "--expires", now: now)
    }
}
