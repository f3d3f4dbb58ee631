import ArgumentParser

/// `warder rotate …`
struct RotateCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Replace secrets on a schedule or now, and see where that stands.",
        discussion: """
            A rotation makes a new value, installs it, tests it, and only then gives it to servers; until its test \
            has passed the old value stays. It survives any crash, and waits for a person where it cannot go on.

            EXAMPLE
              warder rotate schedule app/db --rotator postgres:main --every 30d
              warder rotate now app/db --reason "left the team"
              warder rotate status
            """,
        subcommands: [
            RotateNow.self, ScheduleRotation.self, RotationStatus.self, RotationHistory.self, TestRotation.self,
            ResumeRotation.self, AbortRotation.self, RollBackRotation.self, PauseRotation.self, ContinueRotation.self,
            ForgetOrphan.self, RemoveRotation.self,
        ]
    )
}
