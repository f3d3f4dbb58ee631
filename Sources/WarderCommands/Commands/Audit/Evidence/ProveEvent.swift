import ArgumentParser

/// `warder audit prove`
struct ProveEvent: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Get a proof that an event is in the log, or that the log goes on from an earlier checkpoint.",
        discussion: """
            The proof of an event is a file of C2SP tlog-proof with a signed checkpoint in it; who has it, the event's line \
            and the log's key needs no vault. The proof from an earlier checkpoint goes with `warder audit verify \
            --consistency`, for an export that leaves out what was there at that time.

            EXAMPLE
              warder audit prove 1482 --output-file 1482.tlog-proof
              warder audit prove --since 1200 --output-file since-1200
            """
    )

    @Argument(help: ArgumentHelp("Number of the event.", valueName: "number"))
    var event: UInt64?

    @Option(help: ArgumentHelp("Size of the earlier checkpoint.", valueName: "number"))
    var since: UInt64?

    @Option(help: ArgumentHelp("Where to; standard output without it.", valueName: "path"), completion: .file())
    var outputFile: String?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard (event == nil) != (since == nil) else {
            throw ValidationError("name an event, or an earlier size with --since")
        }
        if event == 0 || since == 0 { throw ValidationError("events are counted from 1") }
    }

    func run(in session: Session) throws(CommandFailure) {
        let request =
            event.map { VaultRequest("GET", "/v1/audit/proof", query: [("event", "\($0)")]) }
            ?? VaultRequest("GET", "/v1/audit/consistency", query: [("since", "\(since ?? 0)")])
        let proof = try session.vault().text(request)
        try EvidenceFile.write(proof, to: outputFile, in: session)
    }
}
