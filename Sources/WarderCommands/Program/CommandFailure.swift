/// Why a command stopped: what happened and why, the command that mends it, and the exit status.
///
/// Texts are made of our own words and of names that were checked; whatever the daemon sent went through
/// `TerminalText.escaped` first.
package struct CommandFailure: Error, Equatable {
    /// What the process exits with.
    package var status: ExitStatus
    /// One sentence without the program's name and without a full stop. Empty where everything was said already.
    package var message: String
    /// What to do about it, each a line of its own.
    package var hints: [String]
    /// Whether another attempt at typing may help.
    package var isWrongPassphrase = false
    /// Whether the vault wants to know first that a person is there.
    package var needsPresence = false
    /// Whether it may pass by itself, or when somebody opens the vault: a restart, a sealed vault.
    package var isPassing = false

    package init(_ status: ExitStatus, _ message: String, hints: [String] = []) {
        self.status = status
        self.message = message
        self.hints = hints
    }

    /// A fault of the command line or of this machine: nothing reached the vault.
    package static func usage(_ message: String, hints: [String] = []) -> CommandFailure {
        CommandFailure(.usage, message, hints: hints)
    }

    /// Ends with a status after the command has said all there is to say.
    package static func silent(_ status: ExitStatus) -> CommandFailure { CommandFailure(status, "") }
}
