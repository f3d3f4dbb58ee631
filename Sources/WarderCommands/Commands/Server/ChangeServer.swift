import ArgumentParser
import WarderModel
import WarderWire

/// `warder server quarantine`
struct QuarantineServer: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "Block a server at once: its tokens end, and it gets no others.",
        discussion: """
            Names the secrets that its tools can reach. Rotate those that it may have read. A server that is \
            quarantined already stays so, and that is no error.

            EXAMPLE
              warder server quarantine github --reason "odd calls at night"
            """
    )

    @Argument(help: "Name of the server.", transform: NameArgument.server)
    var name: ServerName

    @Option(help: ArgumentHelp("Why; the log keeps it.", valueName: "text"))
    var reason: String?

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let body = try JSONBody.encode(QuarantineRequest(reason: reason))
        let answer: Answer<QuarantineAnswer> = try session.vault().ask(
            VaultRequest("POST", "/v1/servers/\(name.text)/quarantine", body: body)
        )
        try session.output.show(answer) { answer throws(CommandFailure) in
            let state = session.moment.long(answer.alreadySince).map { "already quarantined since \($0)" }
            try session.console.print(
                "\(name.text): \(state ?? "quarantined"), \(answer.revoked) live token\(answer.revoked == 1 ? "" : "s") revoked"
            )
            guard !answer.reachable.isEmpty else { return }
            try session.console.print("Secrets that its tools can reach; rotate those that it may have read:")
            for secret in answer.reachable {
                try session.console.print("  warder secret put \(TerminalText.escaped(secret))")
            }
        }
        session.console.message("who read what: warder audit search --server \(name.text) --type secret.resolve")
    }
}

/// `warder server release`
struct ReleaseServer: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Let a quarantined server in again.",
        discussion: """
            EXAMPLE
              warder server release github
            """
    )

    @Argument(help: "Name of the server.", transform: NameArgument.server)
    var name: ServerName

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        try session.ask(VaultRequest("POST", "/v1/servers/\(name.text)/release"), then: "\(name.text): released")
    }
}

/// `warder server remove`
struct RemoveServer: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Forget a server. Its tools must be gone before.",
        discussion: """
            EXAMPLE
              warder server remove github
            """
    )

    @Argument(help: "Name of the server.", transform: NameArgument.server)
    var name: ServerName

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        try session.confirm("This forgets the server \(name.text).", byTyping: name.text)
        try session.ask(VaultRequest("DELETE", "/v1/servers/\(name.text)"), then: "\(name.text): removed")
    }
}

extension Session {
    /// Asks for a change whose answer says nothing but that it was done, and says it.
    func ask(_ request: VaultRequest, then sentence: String) throws(CommandFailure) {
        let answer: Answer<Done> = try vault().ask(request)
        try output.show(answer) { _ throws(CommandFailure) in try console.print(sentence) }
    }
}
