import ArgumentParser
import Declarations
import WarderWire

/// `warder apply`
struct ApplyCommand: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Make the vault say what a file says: all of it, or nothing.",
        discussion: """
            Shows the plan and asks. All changes are one transaction: the first that the vault refuses undoes them \
            all. Each leaves its own event, and is allowed to whom its own command is. Where something changed \
            between the plan and the yes, nothing is done, and the plan is shown anew. With --plan nothing is done \
            either where the file, or the vault, is another one than when that plan was read.

            EXAMPLE
              warder apply -f warder.yaml
              warder apply -f warder.yaml --prune --reason "review of May"
              warder apply -f warder.yaml --yes
            """
    )

    @OptionGroup var file: DeclarationOptions

    @Option(
        help: ArgumentHelp("Apply this plan and no other, as warder plan named it.", valueName: "digest"),
        transform: DigestText.parse
    )
    var plan: String?

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let declared = try file.read(session)
        let vault = try session.vault()
        let plan = try file.plan(declared, in: session, vault)
        let view = PlanView(plan)
        try view.show(session)
        try mustBeRead(view)
        guard !plan.changes.isEmpty else { return }
        try mustBeFew(plan)
        try session.confirm("This \(view.deeds).", byTyping: "apply")
        do throws(CommandFailure) {
            let request = VaultRequest("POST", "/v1/apply", body: try JSONBody.encode(plan.request))
            let _: Answer<Applied> = try vault.ask(request)
        } catch {
            guard error.status == .conflict else { throw error }
            try showAnew(plan, declared, session, vault)
            throw error
        }
        session.console.message("done: \(view.counts)")
    }

    /// Everybody who asks the vault for something waits while it makes the changes.
    private func mustBeFew(_ plan: Plan) throws(CommandFailure) {
        let (count, most) = (plan.changes.count, ApplyRequest.mostChanges)
        guard count > most else { return }
        var hints = [
            "Split the file: move servers, or some tools of a server, with all that is under them into a second one; "
                + "then apply both, without --prune"
        ]
        if file.prune {
            hints.append(
                "What has to go goes afterwards, with the whole file. More than \(most) removals: take that many out of "
                    + "what warder export writes, apply that with --prune, and go on so"
            )
        }
        throw .usage("one apply makes at most \(most) changes, and these are \(count): nothing was done", hints: hints)
    }

    /// Whether this is what somebody read before.
    private func mustBeRead(_ view: PlanView) throws(CommandFailure) {
        guard let plan, plan != (try view.digest()) else { return }
        throw CommandFailure(
            .conflict,
            "this is another plan than the one that --plan names: nothing was done",
            hints: ["Read it: warder plan -f FILE"]
        )
    }

    /// What the plan is now, where it was made against another state.
    private func showAnew(
        _ plan: Plan,
        _ declared: DeclarationReader,
        _ session: Session,
        _ vault: Vault
    ) throws(CommandFailure) {
        let now = try file.plan(declared, in: session, vault)
        // Programs read one plan, the one that was not done.
        guard now.mark != plan.mark, session.output.format == .table else { return }
        session.console.message(
            "somebody changed the vault meanwhile; this is the plan now, and nothing of it was done"
        )
        try PlanView(now).show(session)
    }
}
