import ArgumentParser

/// `warder key …`
struct KeyCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Say what opens the vault, and replace its keys.",
        discussion: """
            Key slots stand side by side: any one opens the vault. Have two at least, kept in different places.

            EXAMPLE
              warder key slots
              warder key add-slot --shares 5 --threshold 3
            """,
        subcommands: [ListSlots.self, AddSlot.self, RemoveSlot.self, ChangePassphrase.self, RotateKeys.self]
    )
}
