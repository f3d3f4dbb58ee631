import ArgumentParser
import WarderWire

/// `warder operator passphrase`
struct SetPassphrase: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "passphrase",
        abstract: "Set your own presence passphrase.",
        discussion: """
            You type it when the vault must know that it is you and not a program of yours: to reveal a value, and \
            to change who may do what. It is asked for on the terminal only.

            It does not change what opens the vault.

            EXAMPLE
              warder operator passphrase
            """
    )

    @Argument(help: .hidden) var extra: [String] = []

    @OptionGroup var global: GlobalOptions

    func validate() throws { try refuseSecretArguments(extra) }

    func run(in session: Session) throws(CommandFailure) {
        let vault = try session.vault()
        let prompter = session.context.prompter
        let people: OperatorList = try vault.ask(VaultRequest("GET", "/v1/operators")).value
        let isSet = people.operators.contains { $0.uid == Accounts.ownUID && $0.presence }
        // The old one is asked for first, as everywhere; the vault's own question would come after the new one was
        // typed.
        let old =
            isSet
            ? Passphrase(try prompter.hidden("Your present passphrase:", otherwise: .presenceNeedsTerminal)) : nil
        let new = try Passphrase.askForNew("passphrase", prompter: prompter)
        let answer: Answer<Done>
        let request = VaultRequest("PUT", "/v1/presence", body: try new.body)
        if let old {
            // Proved last, because a proof lasts a minute and people think longer about a passphrase.
            let body = try vault.send(request, proof: vault.provePresence(by: old))
            answer = Answer(value: try Vault.decode(body), body: body)
        } else {
            answer = try vault.ask(request)
        }
        try session.output.show(answer) { _ throws(CommandFailure) in
            try session.console.print("your passphrase is set")
        }
    }
}
