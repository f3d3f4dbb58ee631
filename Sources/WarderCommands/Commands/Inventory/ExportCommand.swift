import ArgumentParser
import Declarations

/// `warder export`
struct ExportCommand: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write what the vault has as a file for plan and apply.",
        discussion: """
            Servers, tools, grants, rotations, limits, approvals and alerts; secrets by their names, and no value of \
            any. To apply it to the same vault changes nothing. With --output json: what the vault answers.

            EXAMPLE
              warder export > warder.yaml
              warder export -f warder.yaml --yes
            """
    )

    @Option(
        name: [.customShort("f"), .long],
        help: ArgumentHelp("Where to write it. (default: standard output)", valueName: "path"),
        completion: .file()
    )
    var file: String?

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let (standing, answer) = try Standing.ask(try session.vault())
        if standing.isDamaged { session.sayDamaged() }
        let text = DeclarationText.of(standing.declaration)
        guard let file else {
            if session.output.format == .json { return try session.output.show(answer.body) }
            return try session.console.write(Array(text.utf8))
        }
        let output = try AtomicFile(path: file, mayReplace: session.global.yes)
        let bytes = Array(text.utf8)
        try unsafe output.write(bytes.span.bytes)
        try output.commit()
        session.console.message("written: \(TerminalText.escaped(file))")
    }
}
