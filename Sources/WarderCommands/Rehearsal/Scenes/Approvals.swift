import WarderModel
import WarderWire

extension Scene {
    static var approvalReuse: Scene {
        Scene("approval-reuse", "what was approved once is done twice") { stage throws(CommandFailure) in
            let call = Call(amount: 10)
            let id = try call.approved(on: stage)
            let first = try call.ask(stage)
            let second = try call.ask(stage)
            let third = try call.ask(stage)
            let next = second.text("approval") ?? ""
            return .attempts([
                call.served("the call, once it was approved", first, by: id, stage),
                .waits(
                    "the same call once more",
                    second,
                    besides: [id],
                    EventPattern(.approvalRequest, tool: Stage.paying, secret: Stage.paying, approval: next)
                ),
                .waits(
                    "and again, while nobody has said yes to that",
                    third,
                    for: next,
                    EventPattern(
                        .secretResolve,
                        .approvalPending,
                        tool: Stage.paying,
                        secret: Stage.paying,
                        approval: next
                    )
                ),
            ])
        }
    }

    static var changedArguments: Scene {
        Scene("changed-arguments", "one call is approved and another is made") { stage throws(CommandFailure) in
            let approved = Call(amount: 20)
            let id = try approved.approved(on: stage)
            let other = try Call(amount: 20_000).ask(stage)
            let bare = try Call(amount: nil).ask(stage)
            let same = try approved.ask(stage)
            func waits(_ tried: String, _ reply: Reply, besides known: Set<String>) -> Attempt {
                .waits(
                    tried,
                    reply,
                    besides: known,
                    EventPattern(
                        .approvalRequest,
                        tool: Stage.paying,
                        secret: Stage.paying,
                        approval: reply.text("approval") ?? ""
                    )
                )
            }
            return .attempts([
                waits("20 was approved, 20000 is asked for", other, besides: [id]),
                waits("the same call without its arguments", bare, besides: [id, other.text("approval") ?? id]),
                approved.served("the call that was approved", same, by: id, stage),
            ])
        }
    }

    /// Where everybody is one user: the agent at the operator's door, without the person.
    static var selfApproval: Scene {
        Scene("self-approval", "the process that asks says yes to itself") { stage throws(CommandFailure) in
            let call = Call(amount: 30)
            let id = try call.pending(on: stage)
            let alone = try stage.ask(approve(id))
            var question = approve(id)
            question.presence = try stage.provePresence()
            let borrowed = try stage.ask(question)
            let again = try call.ask(stage)
            func refused(_ tried: String, _ reply: Reply) -> Attempt {
                .refused(
                    tried,
                    reply,
                    403,
                    .presenceRequired,
                    EventPattern(.approvalApprove, .presenceRequired, approval: id)
                )
            }
            return .attempts([
                refused("its own yes, with nobody there", alone),
                refused("its own yes, with the proof of a person at another process", borrowed),
                .waits(
                    "the call, after that",
                    again,
                    for: id,
                    EventPattern(
                        .secretResolve,
                        .approvalPending,
                        tool: Stage.paying,
                        secret: Stage.paying,
                        approval: id
                    )
                ),
            ])
        }
    }

    /// In a team: whoever the server runs as, their passphrase and all.
    static var ownApproval: Scene {
        Scene("own-approval", "in a team, who asks answers for it") { stage throws(CommandFailure) in
            let id = try Call(amount: 40).pending(on: stage)
            var attempts: [Attempt] = []
            for (verb, action) in [("approve", Action.approvalApprove), ("break-glass", .approvalBreakGlass)] {
                var question = approve(id, verb)
                question.presence = try stage.ask(stage.presenceQuestion).text("proof")
                attempts.append(
                    .refused(
                        verb == "approve" ? "their own yes, with their passphrase" : "the emergency exit",
                        try stage.ask(question),
                        403,
                        .denied,
                        EventPattern(action, .approvalOwn, tool: Stage.paying, approval: id)
                    )
                )
            }
            return .attempts(attempts)
        }
    }

    private static func approve(_ id: String, _ verb: String = "approve") -> Question {
        var question = Question.post("/v1/approvals/\(id)/\(verb)", #"{"reason":"a rehearsal"}"#)
        question.door = .operator
        return question
    }
}

/// A call of the tool that people are asked about.
private struct Call {
    /// `nil` without any arguments.
    let amount: Int?

    func ask(_ stage: Stage) throws(CommandFailure) -> Reply {
        let arguments = amount.map { #","arguments":{"amount":\#($0)}"# } ?? ""
        return try stage.ask(
            .post("/v1/resolve", #"{"tool":"\#(Stage.paying)","secret":"\#(Stage.paying)"\#(arguments)}"#)
        )
    }

    /// Asks, and returns the approval that it waits for.
    func pending(on stage: Stage) throws(CommandFailure) -> String {
        let reply = try ask(stage)
        guard let id = reply.text("approval") else { throw .stage("was not asked about a call (\(reply.words))") }
        return id
    }

    /// The same, and a person says yes to it.
    func approved(on stage: Stage) throws(CommandFailure) -> String {
        let id = try pending(on: stage)
        try stage.arrange("POST", "/v1/approvals/\(id)/approve", #"{"reason":"a rehearsal"}"#)
        return id
    }

    func served(_ tried: String, _ reply: Reply, by id: String, _ stage: Stage) -> Attempt {
        .served(
            tried,
            reply,
            value: stage.decoys[Stage.paying] ?? "",
            EventPattern(.secretResolve, tool: Stage.paying, secret: Stage.paying, approval: id)
        )
    }
}
