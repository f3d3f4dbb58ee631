/// One line of the table of commands: what is typed, and what must come of it.
///
/// `{NAME}` in arguments, answers and facts stands for what an earlier line kept under that name, or for what the test
/// put there (`{folder}`); `{file NAME}` for the content of a file in the folder.
struct CommandRun: Sendable, CustomStringConvertible {
    /// The command's name, such as `secret put`.
    var verb: String
    /// What follows the name, split at spaces.
    var arguments = ""
    /// Pairs of a question, or a part of it, and the answer; presence is proved without one.
    var answers: [Answer] = []
    /// What standard input holds, when it is no terminal.
    var input: String?
    /// The exit status.
    var status: Int32 = 0
    /// Text that the terminal must show.
    var shows: String
    /// Regular expressions whose first group is kept under a name.
    var keeps: [String: String] = [:]
    /// Whether the second operator runs it, and not the one who set the vault up.
    var isStranger = false

    struct Answer: Sendable {
        var question: String
        var typed: String

        init(_ question: String, _ typed: String) {
            self.question = question
            self.typed = typed
        }
    }

    var description: String { "warder \(verb) \(arguments)" }
}
