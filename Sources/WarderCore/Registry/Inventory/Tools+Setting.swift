import HashTreeCollections
package import WarderModel

/// Saying otherwise about a tool.
extension Tools {
    /// What is to change; `nil` leaves it, and the inner `nil` takes it away.
    package struct Changes: Sendable {
        package var risk: Tool.Risk?
        package var category: Tool.Category?
        package var owner: PlainText??
        package var expectedOutputs: PlainText??
        /// Empty where it needs nothing.
        package var permissions: [PlainText]??
        package var pin: Tool.Pin?
        /// Words of a person in the place of the definition's; the inner `nil` goes back to those.
        package var text: PlainText??
        /// Pins a tool that is not pinned: SHA-256 of its definition, lowercase hex.
        package var definitionDigest: String?
        /// Why; a class is not changed without.
        package var reason: PlainText?

        package init() {}

        var changesClass: Bool { risk != nil || category != nil }
    }

    /// Changes what the vault says of a tool. A class that a person sets stays until they set another, or accept a
    /// definition that is worse than the one before; tokens end with the class under which they were given. Requires
    /// `admin`, and presence.
    ///
    /// - Throws: `alreadyExists` where another definition was accepted: only an import finds out what a tool says now.
    package static func set(_ name: ToolID, _ changes: Changes, by caller: Caller) -> Command<Overview> {
        Command(
            .toolSet,
            by: caller,
            describe: {
                describe(name, &$0)
                $0.purpose = changes.reason
            }
        ) { transaction, event throws(Refusal) in
            guard var tool = transaction.state.tools[name] else { throw .notFound }
            guard case .person(let person, _) = event.actor else { throw .notAnOperator }
            let before = tool
            if changes.changesClass {
                tool.risk = changes.risk ?? tool.risk
                tool.category = changes.category ?? tool.category
                tool.decision = Tool.Decision(by: person, at: transaction.now.wall, reason: changes.reason)
            }
            if let owner = changes.owner { tool.owner = owner }
            if let outputs = changes.expectedOutputs { tool.expectedOutputs = outputs }
            if let permissions = changes.permissions { tool.permissions = permissions }
            if let pin = changes.pin { tool.pin = pin }
            if let text = changes.text { tool.text = text ?? transaction.state.definition(of: tool)?.accepted?.text }
            if let digest = changes.definitionDigest {
                guard tool.definitionDigest == nil, tool.offer == nil else { throw .alreadyExists }
                tool.definitionDigest = digest
                tool.acceptance = Tool.Decision(by: person, at: transaction.now.wall, reason: changes.reason)
            }
            try transaction.put(tool, &event)
            if before.risk != tool.risk || before.category != tool.category {
                let revoked = transaction.endTokens(of: [name])
                event.changes += ["before=\(before.risk.rawValue),\(before.category.rawValue)", "revoked=\(revoked)"]
            }
            event.changes += tool.classTexts
            if changes.definitionDigest != nil { event.changes += tool.digestTexts(before: before) }
            // Why it is otherwise now is the event's purpose.
            if tool.reasonTexts != before.reasonTexts { event.tell(gone: before.reasonTexts) }
            if changes.owner != nil { event.tell(tool.ownerTexts, before: before.ownerTexts) }
            if changes.pin != nil { event.tell(tool.pinTexts, before: before.pinTexts) }
            if changes.text != nil { event.tell(tool.wordTexts, before: before.wordTexts) }
            if changes.expectedOutputs != nil { event.tell(tool.outputTexts, before: before.outputTexts) }
            if changes.permissions != nil { event.tell(tool.permissionTexts, before: before.permissionTexts) }
            return overview(tool, transaction.state)
        }
    }
}
