package import ArgumentParser

/// The root of all commands.
package struct Warder: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: Console.programName,
        abstract: "The credentials vault for MCP servers: store, grant, watch.",
        discussion: """
            Results go to standard output, messages to standard error. Secrets come from a hidden prompt, from \
            --stdin or from --file, never from an argument. `warder --version` tells the version.

            EXAMPLE
              warder status
              warder secret put github/pat --stdin < token.txt
              warder audit tail --follow

            EXIT STATUS
              0  done                      7  conflict with the present state
              1  usage or local error      8  the daemon cannot be reached
              2  error of the vault        9  the audit log cannot be written
              3  not found                10  verification failed
              4  sealed                   11  findings (doctor, rescue, plan, report, ...)
              5  denied                   12  a rotation needs attention
              6  approval pending          13  the value was stored here (audit find-leak)
            """,
        groupedSubcommands: [
            CommandGroup(
                name: "Vault",
                subcommands: [
                    InitCommand.self, StatusCommand.self, UnsealCommand.self, SealCommand.self, KeyCommands.self,
                    BackupCommands.self,
                    DoctorCommand.self, RescueCommand.self,
                ]
            ),
            CommandGroup(name: "Secrets", subcommands: [SecretCommands.self, RotateCommands.self]),
            CommandGroup(
                name: "Who may use them",
                subcommands: [
                    ServerCommands.self, ToolCommands.self, GrantCommands.self, TokenCommands.self,
                    LimitCommands.self, OperatorCommands.self, ApprovalCommands.self, ExplainCommand.self,
                ]
            ),
            CommandGroup(
                name: "All of that as one file",
                subcommands: [PlanCommand.self, ApplyCommand.self, ExportCommand.self]
            ),
            CommandGroup(name: "MCP servers and clients", subcommands: [RunCommand.self, McpCommands.self]),
            CommandGroup(
                name: "What happened",
                subcommands: [AuditCommands.self, ReportCommand.self, RehearseCommand.self, AlertCommands.self]
            ),
            CommandGroup(name: "Shell", subcommands: [CompletionCommand.self]),
        ]
    )

    /// Declared here as well, so that the options can stand before the command.
    @OptionGroup package var global: GlobalOptions

    package init() {}
}
