import WarderModel

/// What tools are, who answers for them, and how far what they are given reaches.
enum ToolChecks {
    static let all = [
        Check("tool-owner", .permissions, points: 3, "Every tool has an owner.", [.shadowServers]) { facts in
            of(facts, \.owner.reason) { tool in
                guard case .known(nil) = tool.owner else { return nil }
                return Fault(
                    .ownerlessTool,
                    min(.medium, tool.severity) == tool.severity ? .medium : .low,
                    tool.name,
                    "Nobody answers for \(tool.name) (\(tool.classWords)).",
                    Remedy(Commands.set(tool, "--owner WHO"))
                )
            }
        },
        Check(
            "tool-permissions",
            .permissions,
            points: 5,
            "What each tool must be allowed upstream is written down.",
            [.scopeCreep]
        ) { facts in
            of(facts, \.permissions.reason) { tool in
                guard tool.lacksPermissions else { return nil }
                let words = "Nobody wrote down what \(tool.name) (\(tool.classWords)) must be allowed at its upstream"
                return Fault(
                    facts.source == .document ? .unstatedScopes : .unstatedPermissions,
                    tool.severity == .low ? .low : .medium,
                    tool.name,
                    words + ": no credential can be held against it.",
                    facts.source == .document
                        ? Remedy(advice: "Name its scopes in the document, in `security` of the operation.")
                        : Remedy(Commands.set(tool, "--permissions SCOPE"))
                )
            }
        },
        Check("tool-outputs", .permissions, points: 2, "What each tool returns is written down.", [.overSharing]) {
            facts in
            of(facts, \.outputs.reason) { tool in
                guard case .known(nil) = tool.outputs else { return nil }
                return Fault(
                    facts.source == .document ? .undescribedAnswer : .unstatedOutputs,
                    .low,
                    tool.name,
                    "Nobody wrote down what \(tool.name) returns.",
                    facts.source == .document
                        ? Remedy(
                            advice:
                                "Describe its answer in the document, with a schema in `responses` of the operation."
                        )
                        : Remedy(Commands.set(tool, "--outputs TEXT"))
                )
            }
        },
        Check(
            "tool-definition",
            .permissions,
            points: 5,
            "Each tool is the one that somebody accepted.",
            [.toolPoisoning, .supplyChain]
        ) { facts in
            of(facts, \.definition.reason) { tool in definition(of: tool) }
        },
        Check(
            "broad-credential",
            .permissions,
            points: 5,
            "What a tool is given opens nothing worse than the tool.",
            [.scopeCreep, .overSharing],
            Reach.check
        ),
    ]

    /// Asks of each tool.
    static func of(
        _ facts: ReviewFacts,
        _ known: (ToolFacts) -> String?,
        where counts: (ToolFacts) -> Bool = { _ in true },
        _ fault: (ToolFacts) -> Fault?
    ) -> CheckAnswer {
        guard !facts.tools.isEmpty else { return .notEvaluated("There are no tools.") }
        let tools = facts.tools.filter(counts)
        guard !tools.isEmpty else {
            return CheckAnswer(evidence: "None of \(Words.count(facts.tools.count, "tool")) needs it.")
        }
        return .each(of: tools, "tool", none: "There are no tools.", known: known, fault)
    }

    private static func definition(of tool: ToolFacts) -> Fault? {
        switch tool.definition {
        case .known(.unpinned):
            Fault(
                .unpinned,
                tool.severity == .low ? .low : .medium,
                tool.name,
                "\(tool.name) is not pinned: its server can change what it does, and still gets the credential.",
                Remedy(
                    "warder tool import tools-list FILE --server \(tool.server)",
                    "warder tool set \(tool.name) --digest always",
                    advice:
                        "FILE is what the server answers to tools/list; in its place, at the end, --command and what "
                        + "starts the server. The second once the server presents the digest: without one the tool gets "
                        + "nothing from then on."
                )
            )
        case .known(.changed):
            Fault(
                .changed,
                max(.high, tool.severity) == .high ? tool.severity : .high,
                tool.name,
                "\(tool.name) is not what was accepted any more: it gets no credential until somebody has looked.",
                Remedy("warder tool diff \(tool.name)", "warder tool accept \(tool.name) --reason REASON")
            )
        case .known(.unpresented):
            Fault(
                .unpresented,
                .low,
                tool.name,
                "\(tool.name) gets its credential as well where its server does not present its definition: a change is "
                    + "found by the next import alone.",
                Remedy(
                    "warder tool set \(tool.name) --digest always",
                    advice: "Once its server presents the digest: without one it gets nothing from then on."
                )
            )
        case .known(.gone):
            Fault(
                .gone,
                tool.severity == .low ? .low : .medium,
                tool.name,
                "\(tool.name) is not in the list of its server's tools any more, and would still get its credential.",
                Remedy("warder tool remove \(tool.name)")
            )
        case .known(.accepted), .notEvaluated: nil
        }
    }
}
