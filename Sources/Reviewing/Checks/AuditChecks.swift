import WarderModel

/// Whether what happens can be said afterwards, and shown.
enum AuditChecks {
    static let all = [
        Check(
            "tool-recorded",
            .audit,
            points: 5,
            "Each use of a credential by a tool that changes something leaves an event.",
            [.audit, .shadowServers]
        ) { facts in
            ToolChecks.of(facts, \.recorded.reason, where: \.changes) { tool in
                guard tool.recorded.value == false else { return nil }
                let document = facts.source == .document
                return Fault(
                    tool.severity,
                    tool.name,
                    document
                        ? "\(tool.name) (\(tool.classWords)) leaves no trace in a log: whoever has its credential uses it "
                            + "unseen."
                        : "\(tool.name) (\(tool.classWords)) gets no credential from the vault: if it works, its calls "
                            + "leave no event.",
                    document
                        ? Remedy(Commands.register(tool), advice: Commands.prelude(tool))
                        : Remedy(
                            Commands.register(tool)[1],
                            advice: "Or, if it is not used: warder tool remove \(tool.name)"
                        )
                )
            }
        },
        Check("log-signed", .audit, points: 3, "The log is signed, and is the one that was signed before.", [.audit]) {
            audit($0) { audit in
                var answer = CheckAnswer(evidence: "\(audit.events) events, signed up to \(audit.signed ?? 0).")
                if audit.broken {
                    answer.faults.append(
                        Fault(
                            .critical,
                            "",
                            "The log is not the one that was signed: events are missing or changed.",
                            Remedy("warder audit verify", "warder doctor --deep")
                        )
                    )
                } else if audit.signed == nil {
                    answer.faults.append(
                        Fault(
                            .medium,
                            "",
                            "The log was never signed: nobody could tell if events were gone.",
                            Remedy("warder audit checkpoint")
                        )
                    )
                }
                return answer
            }
        },
        Check(
            "checkpoint-outside",
            .audit,
            points: 3,
            "Checkpoints and events lie where the database is not.",
            [.audit]
        ) {
            audit($0) { audit in
                var answer = CheckAnswer(
                    evidence: "Checkpoints: \(place(audit.checkpoints)); events: \(place(audit.copies))."
                )
                if audit.checkpoints.isEmpty {
                    answer.faults.append(
                        Fault(
                            .high,
                            "checkpoints",
                            "Checkpoints lie in the database alone: whoever has it can put an older one in its place.",
                            Remedy(
                                advice: "In the daemon's configuration: audit: checkpoints: DIRECTORY, then restart it."
                            )
                        )
                    )
                }
                if audit.copies.isEmpty {
                    answer.faults.append(
                        Fault(
                            .low,
                            "events",
                            "Events lie in the database alone.",
                            Remedy(advice: "In the daemon's configuration: audit: journal: true, then restart it.")
                        )
                    )
                }
                return answer
            }
        },
        Check("retention", .audit, points: 2, "It is written down how long records are kept.", [.audit]) {
            governance($0) { settings in
                guard settings.retention == nil else { return nil }
                return setting("retention", "Nobody wrote down how long records are kept, and why.", "P1Y")
            }
        },
        Check("incident-path", .audit, points: 2, "It is written down who is called when something happens.", [.audit])
        {
            facts in
            guard case .known(let settings) = facts.governance else {
                return .notEvaluated(facts.governance.reason ?? "")
            }
            var answer = CheckAnswer(
                evidence: [settings.owner, settings.escalation].compactMap(\.self).joined(separator: "; then: ")
            )
            if settings.owner == nil {
                answer.faults.append(setting("incident_owner", "Nobody is named who is called in an incident.", "WHO"))
            }
            if settings.escalation == nil {
                answer.faults.append(
                    setting("escalation", "Nobody wrote down whom the incident's owner turns to.", "WHO")
                )
            }
            return answer
        },
    ]

    private static func audit(_ facts: ReviewFacts, _ ask: (AuditFacts) -> CheckAnswer) -> CheckAnswer {
        switch facts.audit {
        case .notEvaluated(let reason): .notEvaluated(reason)
        case .known(let audit): ask(audit)
        }
    }

    private static func governance(_ facts: ReviewFacts, _ fault: (GovernanceFacts) -> Fault?) -> CheckAnswer {
        switch facts.governance {
        case .notEvaluated(let reason): .notEvaluated(reason)
        case .known(let settings):
            CheckAnswer(faults: [fault(settings)].compactMap(\.self), evidence: settings.retention ?? "")
        }
    }

    private static func setting(_ name: String, _ cause: String, _ example: String) -> Fault {
        Fault(
            .medium,
            name,
            cause,
            Remedy(advice: "In the daemon's configuration: governance: \(name): \(example), then restart it.")
        )
    }

    private static func place(_ places: [String]) -> String {
        places.isEmpty ? "nowhere else" : Words.list(places)
    }
}
