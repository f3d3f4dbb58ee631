/// Where new shares go. Everything that may keep them from getting there is looked for before they are made: a slot
/// whose shares nobody has is one more thing to clear away.
enum ShareDestination {
    /// One at a time on the terminal.
    case terminal
    /// The vault's answer, for programs.
    case answer
    /// A file each.
    case files(ShareFolder)
    /// A file each, encrypted to somebody's public key.
    case encrypted(ShareFolder, Age, recipients: [String])

    init(out: String?, recipients: [String], count: Int, _ session: Session) throws(CommandFailure) {
        guard let out else {
            // The preset of the environment is not meant for secrets; the option is.
            if session.global.output == .json {
                self = .answer
                return
            }
            if session.global.output == .yaml { throw .usage("shares are shown one at a time, or printed as json") }
            guard session.context.prompter.canShowPages, session.context.environment["TERM"] != "dumb" else {
                throw .usage(
                    "there is no terminal to show the shares on and take them away again",
                    hints: ["To a file for each person: --out PATH", "To a program: --output json"]
                )
            }
            self = .terminal
            return
        }
        let folder = ShareFolder(path: out, count: count, isEncrypted: !recipients.isEmpty)
        try folder.check()
        guard !recipients.isEmpty else {
            self = .files(folder)
            return
        }
        let age = try Age(searchPath: session.context.environment["PATH"])
        for (index, recipient) in recipients.enumerated() { try age.check(recipient, number: index + 1) }
        self = .encrypted(folder, age, recipients: recipients)
    }
}
