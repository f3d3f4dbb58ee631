import HashTreeCollections
package import WarderModel

/// What operators ask about tools.
package enum Tools {
    /// A tool with the secrets that it may use.
    package struct Overview: Sendable {
        package let tool: Tool
        /// `nil` where nobody imported one.
        package let definition: Definition?
        package let secrets: [SecretName]
        package let needsApproval: Bool
    }

    /// What an operator says about a new tool.
    package struct Description: Sendable {
        package var text: PlainText?
        package var risk: Tool.Risk
        package var category: Tool.Category
        package var owner: PlainText?
        package var expectedOutputs: PlainText?
        /// SHA-256 of the accepted definition, lowercase hex.
        package var definitionDigest: String?

        package init(
            text: PlainText?,
            risk: Tool.Risk,
            category: Tool.Category,
            owner: PlainText?,
            expectedOutputs: PlainText?,
            definitionDigest: String?
        ) {
            self.text = text
            self.risk = risk
            self.category = category
            self.owner = owner
            self.expectedOutputs = expectedOutputs
            self.definitionDigest = definitionDigest
        }
    }

    /// Adds a tool to a registered server. Requires `admin`, and presence.
    package static func add(_ name: ToolID, _ description: Description, by caller: Caller) -> Command<Overview> {
        Command(.toolAdd, by: caller, describe: { describe(name, &$0) }) { transaction, event throws(Refusal) in
            guard transaction.state.servers[name.server] != nil else { throw .notFound }
            guard transaction.state.tools[name] == nil else { throw .alreadyExists }
            let tool = Tool(
                id: transaction.keys.newRecordID(),
                name: name,
                text: description.text,
                risk: description.risk,
                category: description.category,
                owner: description.owner,
                expectedOutputs: description.expectedOutputs,
                definitionDigest: description.definitionDigest,
                created: transaction.now.wall
            )
            try transaction.put(tool, &event)
            event.changes += tool.eventTexts
            return overview(tool, transaction.state)
        }
    }

    /// Requires a registered operator.
    package static func list(by caller: Caller) -> Command<[Overview]> {
        Command(.toolList, by: caller) { transaction, _ throws(Refusal) in
            let state = transaction.state
            return state.tools.values.sorted { $0.name < $1.name }.map { overview($0, state) }
        }
    }

    /// One tool. Requires a registered operator.
    package static func show(_ name: ToolID, by caller: Caller) -> Command<Overview> {
        Command(.toolList, by: caller, describe: { describe(name, &$0) }) { transaction, _ throws(Refusal) in
            guard let tool = transaction.state.tools[name] else { throw .notFound }
            return overview(tool, transaction.state)
        }
    }

    /// Forgets a tool that no grant names, and ends its tokens: a later tool of that name is another one. The definition
    /// that was accepted stays for as long as the server does, so that nobody has a tool judged by less than what was read
    /// of it by registering it anew. Requires `admin`, and presence.
    package static func remove(_ name: ToolID, by caller: Caller) -> Command<Void> {
        Command(.toolRemove, by: caller, describe: { describe(name, &$0) }) { transaction, event throws(Refusal) in
            guard let tool = transaction.state.tools[name] else { throw .notFound }
            guard transaction.state.grants(of: name).isEmpty else { throw .inUse }
            transaction.remove(tool, &event)
            event.tell(gone: tool.eventTexts)
            if let definition = transaction.state.definitions[name], definition.accepted == nil {
                transaction.remove(definition, &event)
            }
            transaction.state.tokens.remove { $0.tool == name }
        }
    }

    static func describe(_ name: ToolID, _ event: inout Event) {
        event.tool = name
        event.server = name.server
    }

    static func overview(_ tool: Tool, _ state: VaultState) -> Overview {
        Overview(
            tool: tool,
            definition: state.definition(of: tool),
            secrets: state.grants(of: tool.name).map(\.secret),
            needsApproval: state.needsApproval(tool)
        )
    }
}
