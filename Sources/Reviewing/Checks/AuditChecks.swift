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
                    document ? .untraced : .unrecorded,
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
                            Commands.grant(to: tool),
                            advice:
                                "If the tool is not used, instead: \(Commands.remove(tool)). If it is, SECRET is the "
                                + "credential that it uses: warder secret put SECRET."
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
                            .brokenLog,
                            .critical,
                            "",
                            "The log is not the one that was signed: events are missing or changed.",
                            Commands.restore(
                                "FILE is the newest backup from before it happened. The daemon and its sockets have to "
                                    + "be stopped meanwhile, and it is unsealed afterwards: "
                                    + "docs/operations/disk-damaged.md. What is wrong with the log: "
                                    + "warder doctor --deep."
                            )
                        )
                    )
                } else if audit.signed == nil {
                    answer.faults.append(
                        Fault(
                            .unsignedLog,
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
                            .innerCheckpoints,
                            .high,
                            "checkpoints",
                            "Checkpoints lie in the database alone: whoever has it can put an older one in its place.",
                            Remedy(advice: Commands.configure("audit", "checkpoints: DIRECTORY"))
                        )
                    )
                }
                if audit.copies.isEmpty {
                    answer.faults.append(
                        Fault(
                            .innerEvents,
                            .low,
                            "events",
                            "Events lie in the database alone.",
                            Remedy(advice: Commands.configure("audit", "file: PATH", or: "journal: on"))
                        )
                    )
                }
                answer.faults += AuditFacts.Outside.allCases.compactMap { outside in
                    audit.stuck?[outside].map { stuck(outside, $0, audit) }
                }
                return answer
            }
        },
        Check("retention", .audit, points: 2, "It is written down how long records are kept.", [.audit]) {
            governance($0) { settings in
                guard settings.retention == nil else { return nil }
                return setting(
                    .noRetention,
                    "retention: TEXT",
                    "Nobody wrote down how long records are kept, and why."
                )
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
                answer.faults.append(
                    setting(.noIncidentOwner, "incident_owner: WHO", "Nobody is named who is called in an incident.")
                )
            }
            if settings.escalation == nil {
                answer.faults.append(
                    setting(.noEscalation, "escalation: WHO", "Nobody wrote down whom the incident's owner turns to.")
                )
            }
            return answer
        },
    ]

    /// What is configured and does not happen is no copy.
    private static func stuck(
        _ outside: AuditFacts.Outside,
        _ fault: AuditFacts.OutsideFault,
        _ audit: AuditFacts
    ) -> Fault {
        switch fault {
        case .contradicted:
            Fault(
                .contradictedLog,
                .critical,
                "contradicted",
                "A checkpoint of a longer log lies outside: this database is an older one, or its log was cut off.",
                Commands.restore(
                    "FILE is the newest backup. The daemon and its sockets have to be stopped meanwhile, and it is unsealed "
                        + "afterwards. First ask who had the disk: docs/operations/older-database.md."
                )
            )
        case .unwritable:
            Fault(
                .stuckCopy,
                outside == .checkpoints ? .high : .low,
                "stuck \(outside.rawValue)",
                "\(outside == .checkpoints ? "Checkpoints" : "Events") do not get to "
                    + "\(place(outside == .checkpoints ? audit.checkpoints : audit.copies)) any more: newer ones lie in the "
                    + "database alone.",
                Remedy(
                    advice:
                        "Let the daemon write there again: journalctl -u warderd says what keeps it from that. It goes on "
                        + "by itself."
                )
            )
        }
    }

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

    private static func setting(_ kind: FaultKind, _ line: String, _ cause: String) -> Fault {
        Fault(
            kind,
            .medium,
            String(line.prefix { $0 != ":" }),
            cause,
            Remedy(advice: Commands.configure("governance", line))
        )
    }

    private static func place(_ places: [String]) -> String {
        places.isEmpty ? "nowhere else" : Words.list(places)
    }
}
