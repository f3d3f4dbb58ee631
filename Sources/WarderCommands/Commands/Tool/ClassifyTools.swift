import ArgumentParser
import ToolRisk

/// `warder tool classify`
struct ClassifyTools: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify",
        abstract: "Propose how much harm the tools in a file can do, and say why. Asks no vault.",
        discussion: """
            Takes an answer to tools/list, or an OpenAPI document in JSON or YAML. What cannot be told counts as \
            side-effect.

            EXAMPLE
              warder tool classify tools.json
              warder tool classify api.yaml -o json
            """
    )

    @Argument(help: "An answer to tools/list, or an OpenAPI document; - is standard input.", completion: .file())
    var file: String

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let tools = try ToolSource.either(file, session.context)
        try ToolPlan(classifying: tools).show(session)
    }
}
