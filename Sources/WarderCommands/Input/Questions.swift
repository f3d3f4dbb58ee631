package import SecretMemory

extension Prompter {
    /// Asks for a line that is not shown; where there is no terminal it throws `otherwise`, which depends on the other
    /// ways to answer.
    package func hidden(_ question: String, otherwise: CommandFailure) throws(CommandFailure) -> SecretBytes {
        do throws(PromptError) {
            return try askHidden(question)
        } catch {
            throw error == .noTerminal ? otherwise : CommandFailure(error)
        }
    }

    /// Asks for a line that is shown.
    package func line(_ question: String, otherwise: CommandFailure) throws(CommandFailure) -> String {
        do throws(PromptError) {
            return try askLine(question)
        } catch {
            throw error == .noTerminal ? otherwise : CommandFailure(error)
        }
    }
}

extension CommandFailure {
    /// A question that got no answer.
    package init(_ error: PromptError) {
        switch error {
        case .noTerminal:
            self = .usage(
                "there is no terminal to ask on",
                hints: ["Run it in a terminal, or use --stdin or a file: --help says what this command takes."]
            )
        case .interrupted: self = CommandFailure(.interrupted, "interrupted; nothing was changed")
        case .endOfInput: self = .usage("no answer; nothing was changed")
        case .controlCharacter:
            self = .usage(
                "the line holds a control character, perhaps from an arrow key",
                hints: ["A prompt takes one line of text. For anything else use --stdin or --file."]
            )
        case .tooLong(let limit): self = .usage("the line is longer than \(limit) bytes; use --stdin or --file")
        case .noSecretMemory: self = .usage("there is no memory for the secret")
        }
    }
}
