import ArgumentParser
import WarderModel
import WarderWire

/// `warder audit who-can`
struct WhoCan: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "who-can",
        abstract: "Say who can get the values of a secret, now or at a moment of the past.",
        discussion: """
            Tools that a grant names, and operators with the role reader. Who looks as if they could and cannot is \
            listed with the reason. With --at the answer is put together from the events of the log; a date is its \
            first moment.

            EXAMPLE
              warder audit who-can github/pat
              warder audit who-can github/pat --at 2026-11-01
              warder audit who-can github/pat --at 2026-11-01T09:00:00Z -o json
            """
    )

    @Argument(help: "Name of the secret, such as github/pat.", transform: NameArgument.secret)
    var name: SecretName

    @Option(help: ArgumentHelp("As it was then: a date, RFC 3339, or 30d.", valueName: "when"))
    var at: String?

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let vault = try session.vault()
        let now = session.context.now()
        let access: Access
        var unreadable = UnreadableEvents()
        if let at {
            let text = try MomentText.resolve(at, .past, option: "--at", now: now)
            let moment = Timestamp(rfc3339: text) ?? now
            if let pruned = try vault.prunedBefore() {
                throw CommandFailure(
                    .notFound,
                    "the log was pruned: what was allowed before \(Session.text(pruned)) is not in it",
                    hints: ["Ask an export from before, or a vault that is restored from a backup of that time"]
                )
            }
            let picture = try picture(until: text, in: vault)
            unreadable = picture.unreadable
            guard picture.secret != nil else {
                unreadable.tell(session.console)
                throw CommandFailure(
                    .notFound,
                    "there was no secret \(name.text) at \(Moment.absolute(moment))",
                    hints: ["Its first event: warder audit search --secret \(name.text)"]
                )
            }
            access = Access(to: name, in: picture, at: moment)
        } else {
            access = Access(to: name, in: try AccessPicture(of: name, in: vault), at: now)
        }
        try session.output.show(report: access) { () throws(CommandFailure) in
            try session.output.print(access.table, ifEmpty: "nobody can get \(name.text)")
        }
        if session.output.format == .table { unreadable.tell(session.console) }
        if session.output.format == .table, !access.admins.isEmpty {
            let names = TerminalText.escaped(access.admins.joined(separator: ", "))
            session.console.message("admins can give access to anybody, themselves included: \(names)")
        }
    }

    private func picture(until moment: String, in vault: Vault) throws(CommandFailure) -> AccessPicture {
        let status: VaultStatus = try vault.ask(VaultRequest("GET", "/v1/sys/status")).value
        let profile = Profile(rawValue: status.profile) ?? .team
        var picture = AccessPicture()
        try vault.exportLines([("until", moment)]) { line throws(CommandFailure) in
            guard AccessPicture.concerns(line) else { return }
            picture.take(try EventLine(parsing: line), about: name, in: profile)
        }
        return picture
    }
}
