import ArgumentParser

/// `warder audit …`
struct AuditCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Follow, search, question and export the log of every access.",
        discussion: """
            EXAMPLE
              warder audit tail --follow
              warder audit search --secret github/pat --since 24h
              warder audit who-read github/pat --since 30d
              warder audit who-can github/pat --at 2026-11-01
              warder audit export --output-file november.jsonl --since 2026-11-01
            """,
        subcommands: [
            TailEvents.self, SearchEvents.self, WhoRead.self, WhoCan.self, SummariseEvents.self, FindLeak.self,
            ExportEvents.self, SignCheckpoint.self, ProveEvent.self, VerifyExport.self, PruneLog.self,
        ]
    )
}
