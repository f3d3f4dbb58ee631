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
            var answer = of(facts, \.definition.reason) { definition(of: $0) }
            answer.faults += facts.tools.compactMap { lowered($0) }
            let word = facts.onWord.map(\.name)
            if !word.isEmpty {
                answer.evidence += " Lowered with a reason, on a person's word: \(Words.list(word))."
            }
            return answer
        },
        Check(
            "broad-credential",
            .permissions,
            points: 5,
            "What a tool is given changes nothing but what the tool does.",
            [.scopeCreep, .overSharing],
            Reach.check
        ),
    ]

    /// Asks of each tool. Of one whose class nobody knows, nobody knows what a fault would weigh.
    static func of(
        _ facts: ReviewFacts,
        _ known: (ToolFacts) -> String?,
        where counts: (ToolFacts) -> Bool = { _ in true },
        _ fault: (ToolFacts) -> Fault?
    ) -> CheckAnswer {
        guard !facts.tools.isEmpty else { return .notEvaluated("There are no tools.") }
        let tools = facts.tools.filter { counts($0) || $0.read.reason != nil }
        guard !tools.isEmpty else {
            return CheckAnswer(evidence: "None of \(Words.count(facts.tools.count, "tool")) needs it.")
        }
        return .each(of: tools, "tool", none: "There are no tools.", known: { known($0) ?? $0.read.reason }, fault)
    }

    private static func definition(of tool: ToolFacts) -> Fault? {
        switch tool.definition {
        case .known(.unpinned):
            Fault(
                .unpinned,
                // That it is harmless is somebody's word.
                .medium,
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
        case .known(.accepted) where tool.read == .known(nil), .known(.unpresented) where tool.read == .known(nil):
            Fault(
                .unread,
                .medium,
                tool.name,
                "Of \(tool.name)'s definition the vault has the digest alone: that it is \(tool.stated.words) is somebody's "
                    + "word.",
                Remedy(
                    "warder tool import tools-list FILE --server \(tool.server)",
                    advice:
                        "FILE is what the server answers to tools/list. What it says is read then, and the class stays."
                )
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

    /// A class that is less than what the definition reads as, where nobody has said why. With a reason it is a person's
    /// word, which is no fault; what is asked less because of it is one.
    private static func lowered(_ tool: ToolFacts) -> Fault? {
        guard tool.isLowered, !tool.isOnWord, let reading = tool.reading else { return nil }
        return Fault(
            .loweredClass,
            tool.severity,
            "class \(tool.name)",
            "\(tool.name) is taken to be \(tool.stated.words); its definition reads as \(reading.words), and nobody has said "
                + "why since it was accepted.",
            Remedy(
                Commands.classify(tool),
                advice:
                    "Where the rules are wrong, say why with the class that it has: --risk \(tool.risk.rawValue) "
                    + "--category \(tool.category.rawValue). The report calls that a person's word, and goes on judging "
                    + "the tool by what was read."
            )
        )
    }
}
