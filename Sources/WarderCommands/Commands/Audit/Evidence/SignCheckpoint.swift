import ArgumentParser

/// `warder audit checkpoint`
struct SignCheckpoint: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Get the log as it is now, signed: its size and the hash of all events.",
        discussion: """
            Keep one where whoever has the machine does not get at it. With it, `warder audit verify` notices later that \
            the log was rewritten, cut off or set back. It says nothing of what happened, and may be shown to anybody.

            An export of all events says itself how the log came to its present key; to verify one that leaves events out, \
            keep what --history writes as well.

            EXAMPLE
              warder audit checkpoint --output-file 2026-11-21.checkpoint
              warder audit checkpoint --size 1500
            """
    )

    @Option(help: ArgumentHelp("Sign the log as it was with so many events, for an export.", valueName: "number"))
    var size: UInt64?

    @Option(help: ArgumentHelp("Where to; standard output without it.", valueName: "path"), completion: .file())
    var outputFile: String?

    @Option(
        help: ArgumentHelp("Also write how the log's key and name changed, to this file.", valueName: "path"),
        completion: .file()
    )
    var history: String?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if history == "-" { throw ValidationError("--history is a file of its own") }
        if size == 0 { throw ValidationError("--size is a number of events, from 1 on") }
    }

    func run(in session: Session) throws(CommandFailure) {
        let query = size.map { [(name: "size", value: "\($0)")] } ?? []
        let note = try session.vault().text(VaultRequest("GET", "/v1/audit/checkpoint", query: query))
        try EvidenceFile.write(note, to: outputFile, in: session)
        guard let history else { return }
        let changes = try session.vault().text(VaultRequest("GET", "/v1/audit/keys"))
        try EvidenceFile.write(changes, to: history, in: session)
    }
}
