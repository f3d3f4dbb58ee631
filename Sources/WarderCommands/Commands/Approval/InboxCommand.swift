import ArgumentParser
import WarderModel
import WarderWire

/// `warder approval inbox`
struct InboxCommand: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "inbox",
        abstract: "Wait for calls on the terminal, read them, and say yes or no.",
        discussion: """
            Without a terminal it prints what `warder approval list` does. A call can be approved once its page was \
            read to the end; your reason and, where that is needed, your passphrase are asked for each time. Where \
            the vault goes away or is sealed, it waits until it is there again, and shows what still waits.

            EXAMPLE
              warder approval inbox
            """
    )

    /// Milliseconds between two looks at the vault.
    private static let rhythm = 2000

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        guard session.output.format == .table, session.console.outputWidth != nil, session.context.prompter.canShowPages
        else { return try ListApprovals.parsed(global).run(in: session) }
        var inbox = ApprovalInbox()
        while let effect = try Self.next(&inbox, session) {
            do throws(CommandFailure) { try act(effect, &inbox, session) } catch {
                // The person stays where they are, and reads why.
                inbox.message = error.message
            }
        }
    }

    /// Goes on over a vault that was there and is away or sealed; ends by the person, and by a refusal.
    private static func next(
        _ inbox: inout ApprovalInbox,
        _ session: Session
    ) throws(CommandFailure) -> ApprovalInbox.Effect? {
        while true {
            do throws(CommandFailure) { return try turn(&inbox, session).get() } catch {
                guard inbox.wasFilled, error.isPassing else { throw error }
                try VaultPatience(session, session.vault()).wait(for: error)
                session.console.message("the vault answers again; looking for what still waits")
                // What was read may have ended meanwhile.
                inbox.closePage()
            }
        }
    }

    /// Shows the inbox until something has to be done outside of it; `nil` at the end.
    private static func turn(
        _ inbox: inout ApprovalInbox,
        _ session: Session
    ) -> Result<ApprovalInbox.Effect?, CommandFailure> {
        do throws(PromptError) {
            let screen = try InboxScreen()
            defer { screen.end() }
            var isDue = true
            while true {
                if isDue {
                    do throws(CommandFailure) {
                        let answer: Answer<ApprovalList> = try session.vault().ask(VaultRequest("GET", "/v1/approvals"))
                        inbox.update(answer.value.approvals)
                    } catch { return .failure(error) }
                }
                let size = screen.size
                try screen.draw(inbox.lines(width: size.width, height: size.height, moment: session.moment))
                let key = try screen.key(within: rhythm)
                isDue = key == nil
                guard let key else { continue }
                // What counts is the screen that they saw, and not how large it became since.
                switch inbox.press(key, width: size.width, height: size.height) {
                case .nothing: continue
                case .quit: return .success(nil)
                case .show(let approval):
                    do throws(CommandFailure) { try show(approval, &inbox, session) } catch { return .failure(error) }
                case .approve(let approval): return .success(.approve(approval))
                case .deny(let approval): return .success(.deny(approval))
                }
            }
        } catch {
            return error == .interrupted ? .success(nil) : .failure(.usage("the terminal went away"))
        }
    }

    private static func show(
        _ approval: String,
        _ inbox: inout ApprovalInbox,
        _ session: Session
    ) throws(CommandFailure) {
        guard let id = try? ApprovalID(approval) else { throw .malformedAnswer }
        let answer: Answer<ApprovalDetail> = try session.vault().ask(VaultRequest("GET", "/v1/approvals/\(id.text)"))
        inbox.show(approval, ApprovalPage(answer.value, moment: session.moment).lines(hasColour: false))
    }

    /// Outside of the screen: questions for a reason and a passphrase are the terminal's usual ones.
    private func act(
        _ effect: ApprovalInbox.Effect,
        _ inbox: inout ApprovalInbox,
        _ session: Session
    ) throws(CommandFailure) {
        let (name, verb): (String, String)
        switch effect {
        case .approve(let approval): (name, verb) = (approval, "approve")
        case .deny(let approval): (name, verb) = (approval, "deny")
        case .nothing, .show, .quit: return
        }
        guard let id = try? ApprovalID(name) else { throw .malformedAnswer }
        let reason: String
        do throws(PromptError) {
            reason = try session.context.prompter.askLine("Why do you \(verb) it? (nothing: go back)")
        } catch { throw .usage("nothing was said: there was no reason") }
        guard !reason.isEmpty else { return }
        let line = try session.decide(id, verb, reason)
        inbox.closePage()
        inbox.message = line
    }
}

extension ListApprovals {
    /// The command without options of its own.
    fileprivate static func parsed(_ global: GlobalOptions) throws(CommandFailure) -> ListApprovals {
        do {
            var command = try ListApprovals.parse([])
            command.global = global
            return command
        } catch { throw .usage("the list cannot be shown") }
    }
}
