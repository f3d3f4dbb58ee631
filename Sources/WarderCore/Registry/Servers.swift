import Alerting
import HashTreeCollections
package import WarderModel

/// What operators ask about registered servers.
package enum Servers {
    /// A server with what hangs on it.
    package struct Overview: Sendable {
        package let server: Server
        package let tools: [Tool]
        package let liveTokens: Int
    }

    /// What a quarantine came to.
    package struct Quarantined: Sendable {
        package let name: ServerName
        package let revoked: Int
        /// Secrets that the server's tools are granted: what it may have read.
        package let reachable: [SecretName]
        /// Since when the server was blocked already; `nil` where it was not.
        package let alreadySince: Timestamp?
    }

    /// Registers a server. Where one of the name may be among the records that cannot be read, it begins blocked: the other
    /// may have been. Requires `admin`, and presence.
    package static func add(
        _ name: ServerName,
        owner: PlainText?,
        selectors: Selectors,
        by caller: Caller
    ) -> Command<Overview> {
        Command(.serverAdd, by: caller, describe: { $0.server = name }) { transaction, event throws(Refusal) in
            try mustNameSomebody(selectors)
            guard transaction.state.servers[name] == nil else { throw .alreadyExists }
            var server = Server(
                id: transaction.keys.newRecordID(),
                name: name,
                owner: owner,
                selectors: selectors,
                created: transaction.now.wall
            )
            if transaction.state.lost.mayHide(name) {
                guard case .person(let person, _) = event.actor else { throw .notAnOperator }
                let reason = try? PlainText(
                    "A damaged record may be of a server of this name, and say that it is blocked."
                )
                server.quarantine = Server.Quarantine(since: transaction.now.wall, by: person, reason: reason)
                event.changes.append("quarantined")
                transaction.removeLost(name, &event)
            }
            try transaction.put(server, &event)
            event.changes += server.eventTexts
            return Overview(server: server, tools: [], liveTokens: 0)
        }
    }

    /// Replaces all conditions of a server, and its owner unless that is `nil`; ends its tokens, which were given to
    /// processes that the earlier conditions let in. Whom it matches is asked anew at every request. Requires `admin`,
    /// and presence.
    ///
    /// - Returns: the server, and how many living tokens ended.
    package static func update(
        _ name: ServerName,
        owner: PlainText??,
        selectors: Selectors,
        by caller: Caller
    ) -> Command<(server: Overview, revoked: Int)> {
        Command(.serverUpdate, by: caller, describe: { $0.server = name }) { transaction, event throws(Refusal) in
            try mustNameSomebody(selectors)
            guard var server = transaction.state.servers[name] else { throw .notFound }
            let before = server
            server.selectors = selectors
            if let owner { server.owner = owner }
            try transaction.put(server, &event)
            event.tell(selectors.eventTexts, before: before.selectors.eventTexts)
            if owner != nil { event.tell(server.ownerTexts, before: before.ownerTexts) }
            let revoked = endTokens(of: name, &transaction, &event)
            return (overview(server, transaction), revoked)
        }
    }

    /// An executable says nothing about who set its environment: alone it would let in every user of the machine.
    private static func mustNameSomebody(_ selectors: Selectors) throws(Refusal) {
        if selectors.withoutExecutable.isEmpty { throw .selectorsEmpty }
    }

    /// Requires a registered operator.
    package static func list(by caller: Caller) -> Command<[Overview]> {
        Command(.serverList, by: caller) { transaction, _ throws(Refusal) in
            transaction.state.servers.values.sorted { $0.name < $1.name }.map { overview($0, transaction) }
        }
    }

    /// Requires a registered operator.
    package static func show(_ name: ServerName, by caller: Caller) -> Command<Overview> {
        Command(.serverList, by: caller, describe: { $0.server = name }) { transaction, _ throws(Refusal) in
            guard let server = transaction.state.servers[name] else { throw .notFound }
            return overview(server, transaction)
        }
    }

    /// Blocks a server and ends its tokens; the next request of its processes is refused. One that is blocked already
    /// stays so, since when and for what reason it was. Requires `admin`, and never presence.
    package static func quarantine(
        _ name: ServerName,
        reason: PlainText?,
        by caller: Caller
    ) -> Command<Quarantined> {
        Command(
            .serverQuarantine,
            by: caller,
            describe: {
                $0.server = name
                $0.purpose = reason
            }
        ) { transaction, event throws(Refusal) in
            guard case .person(let person, _) = event.actor else { throw .notAnOperator }
            return try block(
                name,
                Server.Quarantine(since: transaction.now.wall, by: person, reason: reason),
                &transaction,
                &event
            )
        }
    }

    /// The same by the vault itself, because of an alert whose rule says so. A person lets the server in again.
    static func quarantine(_ name: ServerName, for id: RecordID) -> Command<Quarantined> {
        Command(
            .serverQuarantine,
            by: .vault(),
            describe: {
                $0.server = name
                $0.changes = ["alert=\(id)"]
            }
        ) { transaction, event throws(Refusal) in
            guard var alert = transaction.state.alerts[id] else { throw .notFound }
            let now = transaction.now.wall
            // What was decided before this transaction may not hold any more.
            guard Alerts.toQuarantine(in: transaction.state, at: now).contains(where: { $0.server == name }) else {
                throw .checkFailed
            }
            let blocked = try block(
                name,
                Server.Quarantine(since: now, by: nil, reason: alert.text, alert: id),
                &transaction,
                &event
            )
            alert.quarantined = now
            alert.settled = alert.count
            try transaction.put(alert, &event)
            return blocked
        }
    }

    private static func block(
        _ name: ServerName,
        _ quarantine: Server.Quarantine,
        _ transaction: inout Transaction,
        _ event: inout Event
    ) throws(Refusal) -> Quarantined {
        guard var server = transaction.state.servers[name] else { throw .notFound }
        let alreadySince = server.quarantine?.since
        if alreadySince == nil {
            server.quarantine = quarantine
            try transaction.put(server, &event)
        }
        let revoked = endTokens(of: name, &transaction, &event)
        let reachable = Set(transaction.state.grants.values.filter { $0.tool.server == name }.map(\.secret))
        return Quarantined(
            name: name,
            revoked: revoked,
            reachable: reachable.sorted(),
            alreadySince: alreadySince
        )
    }

    /// Lets a blocked server in again. Requires `admin`, and presence.
    package static func release(_ name: ServerName, by caller: Caller) -> Command<Void> {
        Command(.serverRelease, by: caller, describe: { $0.server = name }) { transaction, event throws(Refusal) in
            guard var server = transaction.state.servers[name] else { throw .notFound }
            guard server.quarantine != nil else { throw .nothingToUndo }
            server.quarantine = nil
            try transaction.put(server, &event)
        }
    }

    /// Forgets a server that has no tools. Requires `admin`, and presence.
    package static func remove(_ name: ServerName, by caller: Caller) -> Command<Void> {
        Command(.serverRemove, by: caller, describe: { $0.server = name }) { transaction, event throws(Refusal) in
            guard let server = transaction.state.servers[name] else { throw .notFound }
            guard transaction.state.tools(of: name).isEmpty else { throw .inUse }
            transaction.remove(server, &event)
            event.tell(gone: server.eventTexts)
            for consumer in transaction.state.consumers.values.compactMap({ $0[name] }) {
                transaction.remove(consumer, &event)
            }
            // A later server of that name is another one, and has to be asked about anew.
            for rule in transaction.state.approvalRules.values where rule.scope.server == name {
                transaction.remove(rule, &event)
            }
            for standing in transaction.state.standingApprovals.values where standing.server == name {
                transaction.remove(standing, &event)
            }
            if let habit = transaction.state.habits[name] { transaction.remove(habit, &event) }
            for definition in transaction.state.definitions.values.filter({ $0.tool.server == name }) {
                transaction.remove(definition, &event)
            }
            for limit in transaction.state.limits.values.filter({ $0.server == name }) {
                transaction.remove(limit, &event)
            }
            transaction.state.tokens.remove { $0.tool.server == name }
        }
    }

    /// - Returns: how many living tokens there were.
    private static func endTokens(
        of name: ServerName,
        _ transaction: inout Transaction,
        _ event: inout Event
    ) -> Int {
        Tokens.end(&transaction, &event) { $0.tool.server == name }
    }

    private static func overview(_ server: Server, _ transaction: borrowing Transaction) -> Overview {
        let live = transaction.state.tokens.live(at: transaction.now).count { $0.tool.server == server.name }
        return Overview(server: server, tools: transaction.state.tools(of: server.name), liveTokens: live)
    }
}

extension Server {
    fileprivate var ownerTexts: [String] { ["owner=\(owner?.text ?? "")"] }
    fileprivate var eventTexts: [String] { selectors.eventTexts + (owner == nil ? [] : ownerTexts) }
}

extension Selectors {
    /// For the event: what an auditor must be able to see of a registration.
    var eventTexts: [String] {
        [
            uid.map { "uid=\($0)" }, gid.map { "gid=\($0)" }, group.map { "group=\($0)" }, unit.map { "unit=\($0)" },
            executable.map { "executable=\($0)" }, executableSHA256.map { "executable_sha256=\($0)" },
            isLaunched ? "launch" : nil,
        ].compactMap(\.self)
    }
}
