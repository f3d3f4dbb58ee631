import ArgumentParser
import StrictJSON
import WarderModel

/// `warder rotate history`
struct RotationHistory: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show every step of a secret's rotations, from the log.",
        discussion: """
            Asks the log, which needs the role auditor.

            EXAMPLE
              warder rotate history app/db
              warder rotate history app/db -n 200
            """
    )

    @Argument(help: "Name of the secret.", transform: NameArgument.secret)
    var name: SecretName

    @Option(
        name: .customShort("n"),
        help: ArgumentHelp("Among so many of the secret's newest events, 1 to 1000.", valueName: "number")
    )
    var count = 1000

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard (1...EventFollower.maximumLimit).contains(count) else {
            throw ValidationError("-n takes 1 to \(EventFollower.maximumLimit)")
        }
    }

    func run(in session: Session) throws(CommandFailure) {
        let query = [(name: "secret", value: name.text)]
        var prunedBefore: String?
        let all = try session.vault().newestEvents(query, limit: count) { prunedBefore = $0 }
        let events = all.filter { event in
            guard let type = event.member("type"), let text = try? type.string() else { return false }
            return text.hasPrefix("rotation.") && text != Action.rotationList.rawValue
        }
        var printer = EventPrinter(session.output)
        try printer.print(events)
        if events.isEmpty, prunedBefore == nil { session.console.message("\(name.text) was never rotated") }
        session.tellOfPruned(prunedBefore, askedFor: query)
    }
}
