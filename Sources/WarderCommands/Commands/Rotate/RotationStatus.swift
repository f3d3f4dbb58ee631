import ArgumentParser
import WarderModel
import WarderWire

/// `warder rotate status`
struct RotationStatus: VaultCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what is due, what is under way, and which servers still have an old value.",
        discussion: """
            Ends with status 12 where a rotation waits for a person.

            EXAMPLE
              warder rotate status
              warder rotate status app/db
              warder rotate status --attention
            """
    )

    @Argument(help: "Name of the secret; all, if left out.", transform: NameArgument.secret)
    var name: SecretName?

    @Flag(help: "Only those that wait for a person, or left something behind.")
    var attention = false

    @OptionGroup var global: GlobalOptions

    func run(in session: Session) throws(CommandFailure) {
        let path = name.map { "/v1/rotations/\($0.text)" } ?? "/v1/rotations"
        let answer: Answer<RotationList> = try session.vault().ask(VaultRequest("GET", path))
        let needy = answer.value.rotations.filter(\.needsAttention)
        try session.output.show(answer) { list throws(CommandFailure) in
            if name != nil, let only = list.rotations.first {
                try show(only, session)
            } else {
                try show(attention ? needy : list.rotations, session)
            }
        }
        if !needy.isEmpty { throw .silent(.rotationNeedsAttention) }
    }

    private func show(_ rotations: [RotationSummary], _ session: Session) throws(CommandFailure) {
        var table = Table([
            .init("SECRET", canShrink: false), .init("ROTATOR"), .init("WHEN"), .init("LAST"), .init("NEXT"),
            .init("STATE", wraps: true), .init("CONSUMERS"),
        ])
        for rotation in rotations {
            table.add([
                .init(rotation.secret), .init(rotation.plan.rotator), .init(rotation.when),
                .init(session.moment.short(rotation.lastDone)),
                .init(rotation.paused == nil ? session.moment.short(rotation.next) : "paused"),
                .init(rotation.stateText(session.moment), rotation.needsAttention ? .bad : nil),
                .init(rotation.consumersText(session.moment, count: "\(rotation.consumers.count)")),
            ])
        }
        try session.output.print(
            table,
            ifEmpty: attention ? "no rotation needs anybody" : "no secret is rotated yet",
            hints: attention ? [] : ["Set one up: warder rotate schedule NAME --rotator random --every 30d"]
        )
    }

    private func show(_ rotation: RotationSummary, _ session: Session) throws(CommandFailure) {
        let moment = session.moment
        var details = Details()
        details.add("Secret", rotation.secret)
        details.add("Rotator", rotation.plan.rotator)
        details.add("Makes", rotation.makes)
        for (key, value) in (rotation.plan.settings ?? [:]).sorted(by: { $0.key < $1.key }) {
            details.add("  \(TerminalText.escaped(key))", value)
        }
        details.add("Helper", rotation.plan.helper)
        details.add("When", rotation.when)
        details.add("Window", rotation.plan.window)
        details.add("Overlap", rotation.plan.overlap.map(DurationText.text))
        details.add("Current", rotation.current.map { "v\($0)" })
        details.add("Expires", moment.long(rotation.expires))
        details.add("Last", moment.long(rotation.lastDone))
        details.add("Paused", moment.long(rotation.paused), .caution)
        details.add("Next", moment.long(rotation.next))
        details.add("State", rotation.stateText(moment), rotation.needsAttention ? .bad : nil)
        if let run = rotation.run {
            details.add("Rotation", run.id)
            details.add("Cause", run.cause)
            details.add("Reason", run.reason)
            details.add("Began", moment.long(run.began))
            if let problem = run.problem {
                details.add("Problem", "\(problem.step) \(problem.outcome) \(moment.short(problem.time))", .caution)
                details.add("Message", problem.message, .caution)
            }
        }
        let count = rotation.consumers.count
        details.add(
            "Consumers",
            rotation.consumersText(moment, count: count == 1 ? "1 consumer" : "\(count) consumers")
        )
        for consumer in rotation.consumers {
            let isBehind = consumer.version != rotation.current
            details.add(
                "Server \(TerminalText.escaped(consumer.server))",
                "v\(consumer.version), last seen \(moment.short(consumer.seen))",
                isBehind ? .caution : nil
            )
        }
        for orphan in rotation.orphans {
            let handle = orphan.handle.map { " (\($0))" } ?? ""
            let version = orphan.version.map { "v\($0)" } ?? "unknown"
            details.add("Left behind", "\(version)\(handle), \(orphan.kind), rotation \(orphan.rotation)", .bad)
        }
        try session.output.print(details)
        try session.console.message(rotation)
    }
}

extension RotationSummary {
    /// Whether it waits for a person, or left something behind.
    var needsAttention: Bool { run?.waits == "person" || !orphans.isEmpty }

    fileprivate var when: String {
        if let schedule = plan.schedule { return schedule }
        if let age = plan.maximumAge { return "before \(DurationText.text(age)) old" }
        return plan.expiryLead == nil ? "by hand" : "before it expires"
    }

    fileprivate func stateText(_ moment: Moment) -> String {
        if let run, run.ended == nil { return RotationWords.state(run, moment) }
        if !orphans.isEmpty { return "left \(orphans.count) behind" }
        return run.map { RotationWords.state($0, moment) } ?? "never rotated"
    }

    /// `3 consumers, 1 still on v7 (github, last seen 2h ago)`
    ///
    /// `count`: how many there are, in words where nothing else says of what.
    fileprivate func consumersText(_ moment: Moment, count: String) -> String {
        guard let current else { return "" }
        if consumers.isEmpty { return "none" }
        let behind = consumers.filter { $0.version != current }
        guard let first = behind.first else { return "\(count), all on v\(current)" }
        // Of several versions each server's own is said where there is room: below, one line for each.
        let isOne = behind.allSatisfy { $0.version == first.version }
        let others = behind.count > 1 ? ", and \(behind.count - 1) more" : ""
        return "\(count), \(behind.count) still on " + (isOne ? "v\(first.version)" : "others")
            + " (\(first.server), last seen \(moment.short(first.seen))\(others))"
    }
}

extension Console {
    /// What somebody can do about a rotation that waits for them.
    fileprivate func message(_ rotation: RotationSummary) throws(CommandFailure) {
        let name = TerminalText.escaped(rotation.secret)
        if rotation.run?.waits == "person" {
            message(
                "it waits for a person",
                hints: ["When it is mended: warder rotate resume \(name)", "Give up: warder rotate abort \(name)"]
            )
        }
        if let orphan = rotation.orphans.first {
            message(
                "a credential may still be valid at the upstream",
                hints: [
                    "Take it away there, and then: warder rotate forget \(name) \(TerminalText.escaped(orphan.rotation))"
                ]
            )
        }
    }
}
