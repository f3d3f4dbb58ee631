import HashTreeCollections
package import WarderModel

/// Taking a server's list over.
extension Tools {
    /// Holds the tools that a server describes against those that the vault has of it, all in one commit.
    ///
    /// What the list has and the vault has not is added, with the class that the rules propose and with its definition
    /// accepted. What differs from the accepted definition is noticed, and gets nothing until somebody accepts it;
    /// tokens for it end at once. Nothing is taken away. The same list again changes nothing. Requires `admin`, and
    /// presence.
    ///
    /// `pin`: for tools whose first definition this is.
    package static func take(
        _ offers: [OfferedTool],
        of server: ServerName,
        pin: Tool.Pin,
        by caller: Caller
    ) -> Command<ImportedTools> {
        Command(.toolImport, by: caller, describe: { $0.server = server }) { transaction, event throws(Refusal) in
            guard transaction.state.servers[server] != nil else { throw .notFound }
            guard case .person(let person, _) = event.actor else { throw .notAnOperator }
            var intake = ToolIntake(server: server, pin: pin, person: person)
            for offered in offers { try intake.take(offered, &transaction, after: event) }
            try intake.markGone(besides: Set(offers.map(\.name)), &transaction, after: event)
            let revoked = transaction.endTokens(of: intake.blocked)
            let lines = intake.lines.sorted { $0.tool.name < $1.tool.name }
            event.changes.append("tools=\(offers.count)")
            for (outcome, count) in counts(lines) { event.changes.append("\(outcome)=\(count)") }
            event.changes += ["unchanged=\(intake.unchanged)", "revoked=\(revoked)"]
            return ImportedTools(server: server, lines: lines, unchanged: intake.unchanged, revoked: revoked)
        }
    }

    private static func counts(_ lines: [ImportedTools.Line]) -> [(outcome: String, count: Int)] {
        Dictionary(grouping: lines) { $0.outcome.rawValue }.map { ($0.key, $0.value.count) }.sorted { $0.0 < $1.0 }
    }
}

extension Transaction {
    /// Ends the tokens of tools.
    /// - Returns: how many of them were alive.
    mutating func endTokens(of tools: Set<ToolID>) -> Int {
        guard !tools.isEmpty else { return 0 }
        let now = now
        return state.tokens.remove { tools.contains($0.tool) }.count { now.isBefore($0.expires) }
    }
}
