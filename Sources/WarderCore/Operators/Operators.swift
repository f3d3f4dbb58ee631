import HashTreeCollections
package import WarderModel

/// What operators ask about operators, themselves included.
package enum Operators {
    /// Registers a person by their Unix uid, or gives one that is registered (same name, same uid) other roles.
    /// Requires `admin`, and presence.
    package static func add(
        _ name: OperatorName,
        uid: UInt32,
        roles: Set<Role>,
        groups: [String],
        by caller: Caller
    ) -> Command<Operator> {
        Command(.operatorAdd, by: caller, describe: { $0.changes = facts(name, uid, roles) }) {
            transaction,
            event throws(Refusal) in
            var person =
                transaction.state.operators[uid]
                ?? Operator(
                    id: transaction.keys.newRecordID(),
                    name: name,
                    uid: uid,
                    roles: roles,
                    groups: groups,
                    presence: nil,
                    created: transaction.now.wall
                )
            let namesakes = transaction.state.operators.values.filter { $0.name == name && $0.uid != uid }
            guard person.name == name, namesakes.isEmpty else { throw .alreadyExists }
            if person.roles.contains(.admin), !roles.contains(.admin) { try keepAnAdmin(besides: person, transaction) }
            person.roles = roles
            person.groups = groups
            try transaction.put(person, &event)
            return person
        }
    }

    /// Requires a registered operator.
    package static func list(by caller: Caller) -> Command<[Operator]> {
        Command(.operatorList, by: caller) { transaction, _ throws(Refusal) in
            transaction.state.operators.values.sorted { $0.name < $1.name }
        }
    }

    /// Forgets a person; refused for the last admin. Requires `admin`, and presence.
    package static func remove(_ name: OperatorName, by caller: Caller) -> Command<Void> {
        Command(.operatorRemove, by: caller, describe: { $0.changes = ["name=\(name)"] }) {
            transaction,
            event throws(Refusal) in
            guard let person = transaction.state.operators.values.first(where: { $0.name == name }) else {
                throw .notFound
            }
            event.changes = facts(name, person.uid, person.roles)
            if person.roles.contains(.admin) { try keepAnAdmin(besides: person, transaction) }
            transaction.remove(person, &event)
        }
    }

    /// Sets another passphrase of the caller's own. Requires presence, in a team too: whoever changes a passphrase
    /// knows the old one. The first one needs a code: ``Operators/enrol(with:verifier:by:)``.
    package static func setPresence(_ verifier: PresenceVerifier, by caller: Caller) -> Command<OperatorName> {
        Command(.presenceSet, by: caller) { transaction, event throws(Refusal) in
            guard let uid = caller.peer?.uid, var person = transaction.state.operators[uid] else {
                throw .notAnOperator
            }
            person.presence = verifier
            try transaction.put(person, &event)
            transaction.forgetProofs(of: uid)
            return person.name
        }
    }

    /// Turns a passphrase that was found right into a proof for one command.
    ///
    /// `verified`: the verifier that the passphrase satisfied; `nil` when it satisfied none. Compared again
    ///   inside the
    ///   transaction, so that a passphrase that was changed meanwhile proves nothing.
    package static func provePresence(
        verified: PresenceVerifier?,
        ledger: PresenceLedger,
        by caller: Caller
    ) -> Command<String> {
        Command(.presenceProve, by: caller) { transaction, _ throws(Refusal) in
            guard let peer = caller.peer, let person = transaction.state.operators[peer.uid] else {
                throw .notAnOperator
            }
            guard let verifier = person.presence else { throw .presenceNotSet }
            guard verifier == verified else { throw .wrongPassphrase }
            return ledger.issue(to: peer.process, at: transaction.now)
        }
    }

    /// Writes down that somebody has to wait before they may try another passphrase.
    static func refuseThrottled(by caller: Caller) -> Command<String> {
        Command(.presenceProve, by: caller) { _, _ throws(Refusal) in throw .throttled }
    }

    private static func keepAnAdmin(
        besides person: Operator,
        _ transaction: borrowing Transaction
    ) throws(Refusal) {
        let operators = transaction.state.operators
        let others = operators.values.contains { $0.uid != person.uid && $0.roles.contains(.admin) }
        guard others || operators[person.uid] == nil else { throw .lastAdmin }
    }

    /// What an event says of an operator who is added, changed or removed.
    static func facts(_ name: OperatorName, _ uid: UInt32, _ roles: Set<Role>) -> [String] {
        ["name=\(name)", "uid=\(uid)"] + roles.sorted().map { "role=\($0.rawValue)" }
    }
}
