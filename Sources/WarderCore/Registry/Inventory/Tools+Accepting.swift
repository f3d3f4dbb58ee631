import HashTreeCollections
package import WarderModel

/// Saying yes to a definition that changed.
extension Tools {
    /// A definition, by the digest of what its reader saw: another one that came meanwhile is not accepted with it.
    package struct Acceptance: Sendable {
        package let tool: ToolID
        /// Lowercase hex.
        package let digest: String

        package init(tool: ToolID, digest: String) {
            self.tool = tool
            self.digest = digest
        }
    }

    /// Accepts definitions that an import found, all of them or none. What the rules find worse in the new one than in
    /// the old one is taken over into the class; nothing gets a lower class by it. Requires `admin`, and presence.
    package static func accept(
        _ acceptances: [Acceptance],
        reason: PlainText,
        by caller: Caller
    ) -> Command<[Overview]> {
        Command(
            .toolAccept,
            by: caller,
            describe: {
                $0.purpose = reason
                guard let first = acceptances.first, acceptances.count == 1 else { return }
                describe(first.tool, &$0)
                $0.toolDigest = first.digest
            }
        ) { transaction, event throws(Refusal) in
            guard case .person(let person, _) = event.actor else { throw .notAnOperator }
            let decision = Tool.Decision(by: person, at: transaction.now.wall, reason: reason)
            var accepted: [Overview] = []
            for acceptance in acceptances {
                var own = event.alike(.toolAccept, about: acceptance.tool)
                own.toolDigest = acceptance.digest
                let tool = try accept(acceptance, decision, &transaction, &own)
                if acceptances.count == 1 { event.changes += own.changes } else { transaction.record(own) }
                accepted.append(overview(tool, transaction.state))
            }
            event.changes.append("tools=\(accepted.count)")
            return accepted
        }
    }

    private static func accept(
        _ acceptance: Acceptance,
        _ decision: Tool.Decision,
        _ transaction: inout Transaction,
        _ event: inout Event
    ) throws(Refusal) -> Tool {
        guard var tool = transaction.state.tools[acceptance.tool] else { throw .notFound }
        // The text that was shown must be there too: nobody accepts what nobody can read again.
        guard tool.offer?.digest == acceptance.digest, var definition = transaction.state.definitions[tool.name],
            let form = definition.offered, form.digest == acceptance.digest
        else { throw .offerChanged }
        let before = tool
        let earlier = definition.accepted
        tool.definitionDigest = form.digest
        tool.offer = nil
        tool.acceptance = decision
        // Words that a person gave stay; those of the definition go with it.
        if tool.text == nil || tool.text == earlier?.text { tool.text = form.text }
        tool.reclass(from: earlier?.proposal, to: form.proposal)
        (definition.accepted, definition.offered) = (form, nil)
        try transaction.put(tool, &event)
        try transaction.put(definition, &event)
        event.tell(tool.classTexts, before: before.classTexts)
        event.changes += tool.digestTexts(before: before)
        if tool.text != before.text { event.tell(tool.wordTexts, before: before.wordTexts) }
        return tool
    }
}
