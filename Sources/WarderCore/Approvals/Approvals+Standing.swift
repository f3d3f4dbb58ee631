import HashTreeCollections
package import WarderModel

/// Saying yes in advance.
extension Approvals {
    /// What somebody wants to let through.
    package struct StandingTerms: Sendable {
        package var server: ServerName
        package var tool: ToolName?
        /// Canonical JSON; `nil` for any arguments.
        package var arguments: String?
        package var seconds: Int64
        package var uses: Int64
        package var reason: PlainText

        package init(
            server: ServerName,
            tool: ToolName?,
            arguments: String?,
            seconds: Int64,
            uses: Int64,
            reason: PlainText
        ) {
            self.server = server
            self.tool = tool
            self.arguments = arguments
            self.seconds = seconds
            self.uses = uses
            self.reason = reason
        }
    }

    /// Lets calls through that come later, for a while and so many times. Requires `admin`, and presence.
    ///
    /// - Throws: `approvalOwn` for who owns the server or runs it, `notFound` for an unknown server, `toolMissing`,
    ///   `approvalLimit` where there are too many.
    package static func addStanding(_ terms: StandingTerms, by caller: Caller) -> Command<StandingApproval> {
        Command(
            .standingAdd,
            by: caller,
            describe: {
                $0.server = terms.server
                $0.tool = terms.tool.map { ToolID(server: terms.server, tool: $0) }
                $0.purpose = terms.reason
                $0.changes = ["uses=\(terms.uses)", "lifetime=\(terms.seconds)s"]
            }
        ) { transaction, event throws(Refusal) in
            let state = transaction.state
            guard let server = state.servers[terms.server] else { throw .notFound }
            guard let person = caller.peer.flatMap({ state.operators[$0.uid] }) else { throw .notAnOperator }
            guard state.profile == .singleUser || !state.isServer(server.name, of: person) else { throw .approvalOwn }
            let tools = state.tools(of: server.name).filter { $0.name.tool == terms.tool ?? $0.name.tool }
            guard let first = tools.first else { throw .toolMissing }
            let basis = Set(tools.map { StandingApproval.Basis($0, terms: state.approvalTerms(of: $0)) })
            event.argumentsDigest = terms.arguments.map { transaction.keys.fingerprint(arguments: Array($0.utf8)) }
            let now = transaction.now.wall
            let standing = StandingApproval(
                id: transaction.keys.newRecordID(),
                server: server,
                tool: terms.tool == nil ? nil : first,
                members: tools.sorted { $0.name < $1.name },
                basis: basis.sorted { ($0.risk, $0.category.rawValue) < ($1.risk, $1.category.rawValue) },
                arguments: terms.arguments,
                made: now,
                madeBy: person,
                reason: terms.reason,
                expires: now.adding(seconds: terms.seconds),
                uses: terms.uses
            )
            for old in state.standingApprovals.values where old.isForgotten(at: now) {
                transaction.remove(old, &event)
            }
            guard transaction.state.standingApprovals.count < mostStanding else { throw .approvalLimit }
            try transaction.put(standing, &event)
            event.approval = standing.name.text
            return standing
        }
    }

    /// Those that still let something through, the one that ends first at the front. Requires `admin`, `approver` or
    /// `auditor`.
    package static func listStanding(by caller: Caller) -> Command<[StandingApproval]> {
        Command(.standingList, by: caller) { transaction, _ throws(Refusal) in
            let now = transaction.now.wall
            return transaction.state.standingApprovals.values.filter { $0.holds(at: now) }
                .sorted { ($0.expires, $0.name) < ($1.expires, $1.name) }
        }
    }

    /// Takes one back, and the tokens with it that it let through. Requires `admin` or `approver`; never presence: it
    /// only takes away.
    package static func revokeStanding(_ id: StandingApprovalID, by caller: Caller) -> Command<Void> {
        Command(.standingRevoke, by: caller, describe: { $0.approval = id.text }) {
            transaction,
            event throws(Refusal) in
            guard let standing = transaction.state.standingApprovals.values.first(where: { $0.name == id }) else {
                throw .notFound
            }
            event.server = standing.server
            event.tool = standing.tool.map { ToolID(server: standing.server, tool: $0) }
            transaction.remove(standing, &event)
            transaction.state.tokens.remove { token in
                guard case .standing(standing.id, _) = token.clearance else { return false }
                return true
            }
        }
    }
}
