import ArgumentParser

/// `warder completion`
struct CompletionCommand: VaultCommand {
    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash, zsh, fish
    }

    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Print a completion script for a shell.",
        discussion: """
            EXAMPLE
              warder completion bash | sudo tee /etc/bash_completion.d/warder > /dev/null
              warder completion zsh > ~/.zfunc/_warder
              warder completion fish > ~/.config/fish/completions/warder.fish
            """
    )

    @Argument(help: "Your shell.") var shell: Shell

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let shell: CompletionShell =
            switch self.shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        try session.console.print(Warder.completionScript(for: shell))
    }
}
