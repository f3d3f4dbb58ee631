import ArgumentParser
import StrictJSON
import WarderWire

/// `warder operator passphrase`
struct SetPassphrase: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "passphrase",
        abstract: "Set your own presence passphrase.",
        discussion: """
            You type it when the vault must know that it is you and not a program of yours: to reveal a value, and \
            to change who may do what. It is asked for on the terminal only.

            The first one is set with a code that an admin makes for you (warder operator enrol), and so is another \
            when you have forgotten it. It does not change what opens the vault.

            EXAMPLE
              warder operator passphrase
              warder operator passphrase --code
            """
    )

    @Flag(help: "Bring a code instead of your present passphrase.")
    var code = false

    @Argument(help: .hidden) var extra: [String] = []

    @OptionGroup var global: GlobalOptions

    func validate() throws { try refuseSecretArguments(extra) }

    func run(in session: Session) throws(CommandFailure) {
        let people: OperatorList = try session.vault().ask(VaultRequest("GET", "/v1/operators")).value
        let isSet = people.operators.contains { $0.uid == Accounts.ownUID && $0.presence }
        let answer = try isSet && !code ? change(session) : enrol(session)
        try session.output.show(answer) { _ throws(CommandFailure) in
            try session.console.print("your passphrase is set")
        }
        explain(session)
    }

    /// Whoever set the vault up has one passphrase for both, and may think that both are changed.
    private func explain(_ session: Session) {
        let status = try? session.vault().ask(VaultRequest("GET", "/v1/sys/status"), for: VaultStatus.self).value
        guard status?.slots.contains("passphrase") == true else { return }
        session.console.message(
            "the passphrase that opens the vault is the old one still",
            hints: ["To change that one too: warder key change-passphrase"]
        )
    }

    private func change(_ session: Session) throws(CommandFailure) -> Answer<Done> {
        let vault = try session.vault()
        let prompter = session.context.prompter
        // The old one is asked for first, as everywhere; the vault's own question would come after the new one was
        // typed.
        let old = Passphrase(try prompter.hidden("Your present passphrase:", otherwise: .presenceNeedsTerminal))
        let new = try Passphrase.askForNew("passphrase", prompter: prompter)
        let request = VaultRequest("PUT", "/v1/presence", body: try new.body)
        // Proved last, because a proof lasts a minute and people think longer about a passphrase.
        let body = try vault.send(request, proof: vault.provePresence(by: old))
        return Answer(value: try Vault.decode(body), body: body)
    }

    private func enrol(_ session: Session) throws(CommandFailure) -> Answer<Done> {
        let prompter = session.context.prompter
        let code = try prompter.hidden(
            "Your code, from an admin who ran: warder operator enrol NAME:",
            otherwise: CommandFailure(.noTerminal)
        )
        let new = try Passphrase.askForNew("passphrase", prompter: prompter)
        var body = JSONBuffer(capacity: 64 + SecretJSON.capacity(for: code) + SecretJSON.capacity(for: new.bytes))
        body.beginObject()
        try SecretJSON.append(code, key: "code", to: &body)
        try SecretJSON.append(new.bytes, key: "passphrase", to: &body)
        body.endObject()
        return try session.vault().ask(VaultRequest("POST", "/v1/presence/enrol", body: RequestBody(body)))
    }
}
