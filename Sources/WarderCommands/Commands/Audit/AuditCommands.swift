import ArgumentParser

/// `warder audit …`
struct AuditCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Follow, search and export the log of every access.",
        discussion: """
            EXAMPLE
              warder audit tail --follow
              warder audit search --secret github/pat --since 24h
              warder audit export --output-file november.jsonl --since 2026-11-01
            """,
        subcommands: [
            TailEvents.self, SearchEvents.self, ExportEvents.self, SignCheckpoint.self, ProveEvent.self,
            VerifyExport.self,
        ]
    )
}
