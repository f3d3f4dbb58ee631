import ArgumentParser
import WarderModel
import WarderWire

/// `warder rotate test`
struct TestRotation: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Ask a rotator whether it has all that it needs; changes nothing.",
        discussion: """
            EXAMPLE
              warder rotate test app/db
            """
    )

    @Argument(help: "Name of the secret.", transform: NameArgument.secret)
    var name: SecretName

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let answer: Answer<RotationTestResult> = try session.vault().ask(
            VaultRequest("POST", "/v1/rotate-test/\(name.text)")
        )
        let result = answer.value
        try session.output.show(answer) { result throws(CommandFailure) in
            guard result.outcome == "done" else { return }
            let overlap =
                result.overlaps == true ? "old and new value are valid together" : "one value is valid at a time"
            try session.console.print("\(name.text) can be rotated; \(overlap)")
        }
        guard result.outcome == "done" else {
            throw CommandFailure(
                .rotationNeedsAttention,
                "\(name.text) cannot be rotated: \(TerminalText.escaped(result.message ?? "the rotator gave no reason"))"
            )
        }
    }
}

/// `warder rotate resume`
struct ResumeRotation: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Let a rotation go on that waits for a person or for its next try.",
        discussion: """
            EXAMPLE
              warder rotate resume app/db
            """
    )

    @Argument(help: "Name of the secret.", transform: NameArgument.secret)
    var name: SecretName

    @Flag(help: "Do not watch.")
    var detach = false

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let answer: Answer<RotationSummary> = try session.vault().ask(
            VaultRequest("POST", "/v1/rotate-resume/\(name.text)")
        )
        guard detach else { return try RotationWatch(session, name).follow() }
        try session.output.show(answer) { _ throws(CommandFailure) in
            try session.console.print("the rotation of \(name.text) goes on")
        }
    }
}

/// `warder rotate abort`
struct AbortRotation: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "abort",
        abstract: "Give a rotation up before servers have the new value.",
        discussion: """
            What it made at the upstream is taken back. Asked again where that does not succeed: ends, and lists what \
            is left there (warder rotate status).

            EXAMPLE
              warder rotate abort app/db
            """
    )

    @Argument(help: "Name of the secret.", transform: NameArgument.secret)
    var name: SecretName

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        try session.askRotation(
            "/v1/rotate-abort/\(name.text)",
            then: "the rotation of \(name.text) is given up; servers keep the value that they have"
        )
    }
}

/// `warder rotate rollback`
struct RollBackRotation: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Go back to the value before the last rotation, here and at the upstream.",
        discussion: """
            Possible while both values are valid; and afterwards where the upstream accepts any value that it is \
            given.

            EXAMPLE
              warder rotate rollback app/db
            """
    )

    @Argument(help: "Name of the secret.", transform: NameArgument.secret)
    var name: SecretName

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        try session.askRotation(
            "/v1/rotate-rollback/\(name.text)",
            then: "\(name.text) goes back to the value before; see: warder rotate status \(name.text)"
        )
    }
}

/// `warder rotate pause`
struct PauseRotation: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Let rotations of a secret no longer begin by schedule; maximum age and expiry dates still count.",
        discussion: """
            EXAMPLE
              warder rotate pause app/db
            """
    )

    @Argument(help: "Name of the secret.", transform: NameArgument.secret)
    var name: SecretName

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        try session.askRotation(
            "/v1/rotate-pause/\(name.text)",
            JSONBody.encode(RotationPause(paused: true)),
            then: "the schedule of \(name.text) is paused; go on with: warder rotate continue \(name.text)"
        )
    }
}

/// `warder rotate continue`
struct ContinueRotation: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "continue",
        abstract: "Let a paused schedule count again.",
        discussion: """
            EXAMPLE
              warder rotate continue app/db
            """
    )

    @Argument(help: "Name of the secret.", transform: NameArgument.secret)
    var name: SecretName

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        try session.askRotation(
            "/v1/rotate-pause/\(name.text)",
            JSONBody.encode(RotationPause(paused: false)),
            then: "the schedule of \(name.text) counts again"
        )
    }
}

/// `warder rotate forget`
struct ForgetOrphan: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Say that a credential which a rotation left behind is gone from the upstream.",
        discussion: """
            EXAMPLE
              warder rotate status app/db
              warder rotate forget app/db 9f2c4a1e0b7d4c3f8a6e5d2b1c0f9e8d
            """
    )

    @Argument(help: "Name of the secret.", transform: NameArgument.secret)
    var name: SecretName

    @Argument(help: "The rotation that left it, as status shows it.")
    var rotation: String

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        try session.askRotation(
            "/v1/rotate-forget/\(name.text)",
            JSONBody.encode(RotationForget(rotation: rotation)),
            then: "the credential is off the list"
        )
    }
}

/// `warder rotate remove`
struct RemoveRotation: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Forget how a secret is rotated; its versions stay.",
        discussion: """
            EXAMPLE
              warder rotate remove app/db
            """
    )

    @Argument(help: "Name of the secret.", transform: NameArgument.secret)
    var name: SecretName

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        try session.ask(
            VaultRequest("DELETE", "/v1/rotations/\(name.text)"),
            then: "\(name.text) is not rotated any more"
        )
    }
}

extension Session {
    /// Asks for a change of a rotation, and says that it is done.
    fileprivate func askRotation(
        _ path: String,
        _ body: RequestBody? = nil,
        then sentence: String
    ) throws(CommandFailure) {
        let answer: Answer<RotationSummary> = try vault().ask(VaultRequest("POST", path, body: body))
        try output.show(answer) { _ throws(CommandFailure) in try console.print(sentence) }
    }
}
