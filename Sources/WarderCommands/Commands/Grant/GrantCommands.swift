import ArgumentParser
import WarderModel
import WarderWire

/// `warder grant …`
struct GrantCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant",
        abstract: "Say which tool may use which fields of which secret.",
        discussion: """
            EXAMPLE
              warder grant add github/create_issue github/pat --ttl 5m --uses 10
              warder grant list
            """,
        subcommands: [AddGrant.self, ListGrants.self, RemoveGrant.self]
    )
}

/// `warder grant add`
struct AddGrant: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Let a tool use a secret.",
        discussion: """
            A field that the secret does not have yet can be granted, and so can a tool whose class asks for an \
            approval: the command warns of both, and says what mends them. `warder doctor` goes on saying so.

            EXAMPLE
              warder grant add github/create_issue github/pat --ttl 5m --uses 10
              warder grant add shop/report shop/db --field username --field password
              warder grant add shop/report shop/api --attestation pidfd --expires 30d
              warder grant add github/delete_repo github/pat --approval none
              warder grant add shop/report shop/api --max-stale 5m
            """
    )

    @Argument(help: "SERVER/TOOL, such as github/create_issue.", transform: NameArgument.tool)
    var tool: ToolID

    @Argument(help: "Name of the secret, such as github/pat.", transform: NameArgument.secret)
    var secret: SecretName

    @Option(
        help: ArgumentHelp("A field that it may use; repeat it for several. (default: value)", valueName: "name"),
        transform: NameArgument.field
    )
    var field: [FieldName] = []

    @Option(
        help: ArgumentHelp("Longest life of a token, at most 1h. (default: 5m)", valueName: "duration"),
        transform: DurationText.tokenLife
    )
    var ttl: Int64?

    @Option(
        help: ArgumentHelp(
            "How often one token resolves it. (default: no limit; critical tools: once)",
            valueName: "number"
        )
    )
    var uses: Int64?

    @Option(
        help: ArgumentHelp(
            "Whether calls wait for somebody's yes. (default: by-class)",
            valueName: "rule"
        )
    )
    var approval: Grant.Approval?

    @Option(
        help: ArgumentHelp(
            """
            How long a server may go on with a value while it cannot ask the vault, at most 1h. (default: never; \
            critical tools: never)
            """,
            valueName: "duration"
        ),
        transform: DurationText.staleness
    )
    var maxStale: Int64?

    @Option(
        help: ArgumentHelp(
            "The least that the kernel must confirm. (default: uid)",
            valueName: "level"
        )
    )
    var attestation: Peer.Attestation?

    @Option(help: ArgumentHelp("When the grant ends: a date, RFC 3339, or 30d.", valueName: "when"))
    var expires: String?

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let request = GrantRequest(
            tool: tool.text,
            secret: secret.text,
            fields: field.isEmpty ? nil : field.map(\.text),
            ttl: ttl,
            uses: uses,
            approval: approval?.rawValue,
            maxStale: maxStale,
            attestation: attestation?.rawValue,
            expires: try expires.map { text throws(CommandFailure) in
                try MomentText.resolve(text, .future, option: "--expires", now: session.context.now())
            }
        )
        let answer: Answer<GrantAdded> = try session.vault().ask(
            VaultRequest("POST", "/v1/grants", about: "\(tool.text) \(secret.text)", body: JSONBody.encode(request))
        )
        try session.output.show(answer) { added throws(CommandFailure) in
            let fields = TerminalText.escaped(added.grant.fields.joined(separator: ", "))
            try session.console.print(
                "\(tool.text) may use \(secret.text) (\(fields)) for \(DurationText.text(added.grant.ttl))"
            )
        }
        for warning in answer.value.warnings {
            session.console.message(
                TerminalText.escaped(warning.message),
                hints: [TerminalText.escaped(warning.remedy)]
            )
        }
    }
}

/// `warder grant list`
struct ListGrants: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List all grants.",
        discussion: """
            EXAMPLE
              warder grant list
            """
    )

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let answer: Answer<GrantList> = try session.vault().ask(VaultRequest("GET", "/v1/grants"))
        try session.output.show(answer) { list throws(CommandFailure) in
            var table = Table([
                .init("TOOL", canShrink: false), .init("SECRET", canShrink: false), .init("FIELDS"),
                .init("TTL", isNumber: true), .init("USES", isNumber: true), .init("STALE", isNumber: true),
                .init("APPROVAL"), .init("ATTESTATION"), .init("EXPIRES"), .init("BY"),
            ])
            for grant in list.grants {
                table.add([
                    .init(grant.tool), .init(grant.secret), .init(grant.fields.joined(separator: ", ")),
                    .init(DurationText.text(grant.ttl)), .init(grant.uses.map(String.init) ?? "any"),
                    .init(grant.maxStale.map(DurationText.text) ?? "never"),
                    .init(grant.approval, grant.approval == "none" ? .caution : nil), .init(grant.attestation),
                    .init(session.moment.short(grant.expires), session.moment.isNear(grant.expires) ? .caution : nil),
                    .init(grant.createdBy),
                ])
            }
            try session.output.print(
                table,
                ifEmpty: "there are no grants yet",
                hints: ["Make one: warder grant add SERVER/TOOL SECRET"]
            )
        }
    }
}

/// `warder grant remove`
struct RemoveGrant: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Take a grant away; it works no more from the next request on.",
        discussion: """
            EXAMPLE
              warder grant remove github/create_issue github/pat
            """
    )

    @Argument(help: "SERVER/TOOL.", transform: NameArgument.tool)
    var tool: ToolID

    @Argument(help: "Name of the secret.", transform: NameArgument.secret)
    var secret: SecretName

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        try session.ask(
            VaultRequest("DELETE", "/v1/grants/\(tool.text)/\(secret.text)"),
            then: "\(tool.text) may no longer use \(secret.text)"
        )
    }
}
