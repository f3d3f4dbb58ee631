import SecretMemory

/// The person of a rehearsal: knows the passphrase of the isolated vault, which was made for it, and nothing else.
struct StagePrompter: Prompter {
    let passphrase: String

    func askHidden(_ question: String) throws(PromptError) -> SecretBytes {
        do { return try SecretBytes(copying: Array(passphrase.utf8)) } catch { throw .noSecretMemory }
    }

    func askLine(_ question: String) throws(PromptError) -> String { throw .noTerminal }

    var canShowPages: Bool { false }

    func show(_ pages: [SecretPage], onInterruption: (Int) -> Void) throws(PagesNotShown) {
        throw PagesNotShown(shown: 0, reason: .noTerminal)
    }
}
