import ArgumentParser

/// `warder backup …`
struct BackupCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the vault into one sealed file, check such a file, and come back from it.",
        discussion: """
            A backup opens with whatever opened the vault when it was made, and with nothing else. Keep it on another \
            machine, and what opens it somewhere else again.

            EXAMPLE
              warder backup create /media/usb/warder.backup
              warder backup create --directory /var/backups/warder --keep 14
            """,
        subcommands: [
            CreateBackup.self, VerifyBackup.self, RestoreBackup.self, ReviewBackup.self, ReleaseBackup.self,
        ]
    )
}
