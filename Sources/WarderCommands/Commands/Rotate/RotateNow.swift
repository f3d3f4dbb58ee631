import ArgumentParser
import WarderModel
import WarderWire

/// `warder rotate now`
struct RotateNow: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "now",
        abstract: "Rotate a secret now, and watch.",
        discussion: """
            Shows each step until servers get the new value, or until a person must look (exit status 12). Ctrl-C \
            ends the watching and not the rotation: `warder rotate status` goes on showing it.

            EXAMPLE
              warder rotate now app/db
              warder rotate now github/pat --compromised --reason "in a public repository"
              warder rotate now app/db --detach
            """
    )

    @Argument(help: "Name of the secret.", transform: NameArgument.secret)
    var name: SecretName

    @Option(help: ArgumentHelp("Why, for the log.", valueName: "text"))
    var reason: String?

    @Flag(help: "Somebody knows the value who should not: the old one becomes invalid as soon as the new one works.")
    var compromised = false

    @Flag(help: "Do not watch.")
    var detach = false

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let vault = try session.vault()
        let request = RotationStart(reason: reason, compromised: compromised ? true : nil)
        let begun: Answer<RotationSummary> = try vault.ask(
            VaultRequest("POST", "/v1/rotate/\(name.text)", body: JSONBody.encode(request))
        )
        guard !detach else {
            return try session.output.show(begun) { _ throws(CommandFailure) in
                try session.console.print("the rotation of \(name.text) has begun")
            }
        }
        try RotationWatch(session, name).follow()
    }
}
