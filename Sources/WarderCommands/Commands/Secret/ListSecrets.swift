import ArgumentParser
import WarderModel
import WarderWire

/// `warder secret list`
struct ListSecrets: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List all secrets, without values.",
        discussion: """
            EXAMPLE
              warder secret list
              warder secret list -o json | jq -r '.secrets[] | select(.expires).name'
            """
    )

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let answer: Answer<SecretList> = try session.vault().ask(VaultRequest("GET", "/v1/secrets"))
        try session.output.show(answer) { list throws(CommandFailure) in
            var table = Table([
                .init("NAME", canShrink: false), .init("VERSION", isNumber: true), .init("FIELDS"), .init("OWNER"),
                .init("EXPIRES"), .init("UPDATED"), .init("LABELS"),
            ])
            for secret in list.secrets {
                let labels = secret.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                table.add([
                    .init(secret.name, secret.deleted ? .faint : nil), .init(secret.current.map(String.init)),
                    .init(secret.deleted ? "(deleted)" : secret.fields.joined(separator: ", ")), .init(secret.owner),
                    .init(session.moment.short(secret.expires), session.moment.isNear(secret.expires) ? .caution : nil),
                    .init(session.moment.short(secret.updated)), .init(labels.joined(separator: ", ")),
                ])
            }
            try session.output.print(
                table,
                ifEmpty: "there are no secrets yet",
                hints: ["Store one: warder secret put github/pat"]
            )
        }
    }
}

/// `warder secret show`
struct ShowSecret: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a secret with its versions and the tools that may use it, without values.",
        discussion: """
            EXAMPLE
              warder secret show github/pat
            """
    )

    @Argument(help: "Name of the secret.", transform: NameArgument.secret)
    var name: SecretName

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let answer: Answer<SecretDetail> = try session.vault().ask(
            VaultRequest("GET", "/v1/secrets/\(name.text)")
        )
        try session.output.show(answer) { detail throws(CommandFailure) in
            let secret = detail.summary
            var details = Details()
            details.add("Name", secret.name)
            details.add(
                "State",
                secret.deleted ? "deleted; bring it back: warder secret undelete \(name.text)" : nil,
                .caution
            )
            details.add("Current", secret.current.map { "version \($0)" } ?? "none")
            details.add("Fields", secret.fields.joined(separator: ", "))
            details.add("Owner", secret.owner)
            details.add(
                "Labels",
                secret.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
            )
            details.add(
                "Expires",
                session.moment.long(secret.expires),
                session.moment.isNear(secret.expires) ? .caution : nil
            )
            details.add("Updated", session.moment.long(secret.updated))
            details.add("Tools", detail.tools.isEmpty ? "none" : detail.tools.joined(separator: ", "))
            try session.output.print(details)
            guard !detail.versions.isEmpty else { return }
            try session.console.print("")
            try session.output.print(session.table(of: detail.versions), ifEmpty: "")
        }
    }
}

/// `warder secret versions`
struct ListVersions: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions",
        abstract: "List the versions of a secret, newest first.",
        discussion: """
            EXAMPLE
              warder secret versions github/pat
            """
    )

    @Argument(help: "Name of the secret.", transform: NameArgument.secret)
    var name: SecretName

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let answer: Answer<SecretDetail> = try session.vault().ask(
            VaultRequest("GET", "/v1/secrets/\(name.text)")
        )
        try session.output.show(answer) { detail throws(CommandFailure) in
            try session.output.print(session.table(of: detail.versions), ifEmpty: "\(name.text) has no versions")
        }
    }
}

extension Session {
    fileprivate func table(of versions: [VersionSummary]) -> Table {
        var table = Table([
            .init("VERSION", isNumber: true), .init("STATE"), .init("STORED"), .init("BY"), .init("FIELDS"),
            .init("DESTROYED"),
        ])
        for version in versions {
            let style: Style? =
                switch version.state {
                case "current": .good
                case "pending": .caution
                case "destroyed", "retired": .faint
                default: nil
                }
            table.add([
                .init(String(version.version)), .init(version.state, style), .init(moment.short(version.created)),
                .init(version.createdBy), .init(version.fields.joined(separator: ", ")),
                .init(moment.short(version.destroyed)),
            ])
        }
        return table
    }
}
