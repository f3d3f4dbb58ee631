import HashTreeCollections
package import WarderModel

/// Using a token.
extension Tokens {
    /// What a resolve came to.
    package enum Resolved: Sendable {
        case value(Opened)
        /// The caller has this version already.
        case notModified(version: UInt32)
    }

    /// Opens fields of a secret for the tool that the token is for: all of one version, or none. Together they are one
    /// use of the token.
    ///
    /// `fields`: at least one.
    /// `known`: the version that the caller has already.
    package static func resolve(
        _ name: SecretName,
        fields: [FieldName],
        with presented: PresentedToken?,
        known: UInt32?,
        by caller: Caller
    ) -> Command<Resolved> {
        Command(
            .secretResolve,
            by: caller,
            describe: {
                $0.secret = name
                $0.fields = fields
            }
        ) { transaction, event throws(Refusal) in
            var (hash, token) = try find(presented, caller, in: transaction, &event)
            let (tool, peer) = try admit(token, caller, transaction)
            let grant = try grant(of: tool, for: name, peer: peer, in: transaction)
            guard transaction.now.uptime - token.issued.uptime <= grant.lifetime * 1000 else { throw .tokenExpired }
            event.approval = token.clearance.name
            let isApproved = try isApproved(token, tool, grant, in: transaction.state)
            if let limit = token.uses(under: grant, by: tool.risk, approved: isApproved),
                token.used[name, default: 0] >= limit
            {
                throw .tokenExhausted
            }
            let (secret, version) = try current(name, fields, grant, in: transaction, &event)
            if isApproved { try check(token, covers: fields, version.number, of: secret) }
            if known == version.number {
                try noteDelivery(of: name, version.number, to: tool.name.server, &transaction, &event)
                // No use of the token, and yet one of the yes behind it: the call goes ahead with what is known.
                token.used[name, default: 0] += 0
                transaction.state.tokens[hash] = token
                return .notModified(version: version.number)
            }
            var opened = try Secrets.open(fields, of: version, of: secret, in: transaction)
            // What people said yes to was one call.
            opened.maxStale =
                isApproved ? 0 : grant.allowedStaleness(by: tool.risk, at: transaction.now.wall)
            try noteDelivery(of: name, version.number, to: tool.name.server, &transaction, &event)
            token.used[name, default: 0] += 1
            transaction.state.tokens[hash] = token
            return .value(opened)
        }
    }

    /// Issues, uses and consumes a token in one step; or asks people first, where the tool's calls need that.
    package static func resolveOnce(
        _ name: SecretName,
        fields: [FieldName],
        for demand: Demand,
        by caller: Caller
    ) -> Command<Requested<Opened>> {
        Command(
            .secretResolve,
            by: caller,
            describe: {
                describe(demand, &$0)
                $0.secret = name
                $0.fields = fields
            }
        ) { transaction, event throws(Refusal) in
            var (tool, peer) = try admit(demand, caller, &transaction, &event)
            let grant = try grant(of: tool, for: name, peer: peer, in: transaction)
            let (secret, version) = try current(name, fields, grant, in: transaction, &event)
            let release = Release(grant: grant, fields: fields)
            switch try Clearance.ask(demand, tool, [release], peer, &transaction, &event) {
            case .waits(let status): return .waits(status)
            case .clear: break
            }
            event.changes += approvalWaivers([grant], tool, in: transaction.state)
            event.token = TokenAccessor(random: transaction.keys.newRecordID())
            let opened = try Secrets.open(fields, of: version, of: secret, in: transaction)
            try noteDelivery(of: name, version.number, to: tool.name.server, &transaction, &event)
            if tool.noteUse(at: transaction.now.wall) { try transaction.put(tool, &event) }
            return .done(opened)
        }
    }

    /// Takes down which version a server has now. Writes a row for the first visit, for another version, and once an
    /// hour; a damaged row of an earlier visit keeps nobody from a value.
    private static func noteDelivery(
        of secret: SecretName,
        _ version: UInt32,
        to server: ServerName,
        _ transaction: inout Transaction,
        _ event: inout Event
    ) throws(Refusal) {
        let now = transaction.now.wall
        guard var consumer = transaction.state.consumers[secret]?[server] else {
            let key = ConsumerKey(secret: secret, server: server)
            guard !transaction.state.lost.contains(.consumer(key)) else { return }
            let id = transaction.keys.newRecordID()
            try transaction.put(
                Consumer(id: id, secret: secret, server: server, version: version, at: now),
                &event
            )
            return
        }
        if consumer.note(version, at: now) { try transaction.put(consumer, &event) }
    }

    static func current(
        _ name: SecretName,
        _ fields: [FieldName],
        _ grant: Grant,
        in transaction: borrowing Transaction,
        _ event: inout Event
    ) throws(Refusal) -> (Secret, SecretVersion) {
        try check(fields, areGivenBy: grant)
        let secret = try Secrets.live(name, in: transaction.state)
        let version = try current(of: secret)
        event.version = version.number
        return (secret, version)
    }
}
