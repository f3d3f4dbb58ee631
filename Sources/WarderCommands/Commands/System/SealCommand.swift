import ArgumentParser
import WarderWire

/// `warder seal`
struct SealCommand: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "seal",
        abstract: "Close the vault: its keys leave memory and every token ends.",
        discussion: """
            No server gets a credential until the vault is opened again with `warder unseal`.

            EXAMPLE
              warder seal
            """
    )

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let status: Answer<VaultStatus> = try session.vault().ask(VaultRequest("POST", "/v1/sys/seal"))
        try session.output.show(status) { status throws(CommandFailure) in
            try session.console.print(TerminalText.escaped(status.state))
        }
    }
}
