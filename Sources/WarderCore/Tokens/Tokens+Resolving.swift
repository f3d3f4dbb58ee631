package import WarderModel

/// Using a token.
extension Tokens {
    /// What a resolve came to.
    package enum Resolved: Sendable {
        case value(Opened)
        /// The caller has this version already.
        case notModified(version: UInt32)
    }

    /// Opens a field of a secret for the tool that the token is for.
    ///
    /// `known`: the version that the caller has already.
    package static func resolve(
        _ name: SecretName,
        field: FieldName,
        with presented: PresentedToken?,
        known: UInt32?,
        by caller: Caller
    ) -> Command<Resolved> {
        Command(
            .secretResolve,
            by: caller,
            describe: {
                $0.secret = name
                $0.fields = [field]
            }
        ) { transaction, event throws(Refusal) in
            var (hash, token) = try find(presented, caller, in: transaction, &event)
            let (tool, peer) = try admit(token, caller, transaction)
            let grant = try grant(of: tool, for: name, peer: peer, in: transaction)
            guard transaction.now.uptime - token.issued.uptime <= grant.lifetime * 1000 else { throw .tokenExpired }
            if let limit = grant.allowedUses(by: tool.risk), token.used[name, default: 0] >= limit {
                throw .tokenExhausted
            }
            let (secret, version) = try current(name, field, grant, in: transaction, &event)
            if known == version.number { return .notModified(version: version.number) }
            let opened = try Secrets.open(field, of: version, of: secret, in: transaction)
            token.used[name, default: 0] += 1
            transaction.state.tokens[hash] = token
            return .value(opened)
        }
    }

    /// Issues, uses and consumes a token in one step.
    package static func resolveOnce(
        _ name: SecretName,
        field: FieldName,
        for demand: Demand,
        by caller: Caller
    ) -> Command<Opened> {
        Command(
            .secretResolve,
            by: caller,
            describe: {
                describe(demand, &$0)
                $0.secret = name
                $0.fields = [field]
            }
        ) { transaction, event throws(Refusal) in
            let (tool, peer) = try admit(demand, caller, &transaction, &event)
            let grant = try grant(of: tool, for: name, peer: peer, in: transaction)
            event.changes = approvalWaivers([grant], tool, in: transaction.state)
            let (secret, version) = try current(name, field, grant, in: transaction, &event)
            event.token = TokenAccessor(random: transaction.keys.newRecordID())
            return try Secrets.open(field, of: version, of: secret, in: transaction)
        }
    }

    static func current(
        _ name: SecretName,
        _ field: FieldName,
        _ grant: Grant,
        in transaction: borrowing Transaction,
        _ event: inout Event
    ) throws(Refusal) -> (Secret, SecretVersion) {
        guard grant.fields.contains(field) else { throw .fieldNotGranted }
        let secret = try Secrets.live(name, in: transaction.state)
        guard let version = secret.current else { throw .versionMissing }
        event.version = version.number
        return (secret, version)
    }
}
