import HashTreeCollections
package import WarderModel

/// What operators ask about grants.
package enum Grants {
    /// What an operator says about a new grant.
    package struct Terms: Sendable {
        package var fields: [FieldName]
        package var lifetime: Int64
        package var uses: Int64?
        package var approval: Grant.Approval
        package var maxStale: Int64?
        package var minimumAttestation: Peer.Attestation
        package var expires: Timestamp?

        package init(
            fields: [FieldName],
            lifetime: Int64,
            uses: Int64?,
            approval: Grant.Approval,
            maxStale: Int64? = nil,
            minimumAttestation: Peer.Attestation,
            expires: Timestamp?
        ) {
            self.fields = fields
            self.lifetime = lifetime
            self.uses = uses
            self.approval = approval
            self.maxStale = maxStale
            self.minimumAttestation = minimumAttestation
            self.expires = expires
        }
    }

    /// A new grant, and why it releases nothing yet or not all that it names.
    package struct Added: Sendable {
        package let grant: Grant
        package let warnings: [Diagnosis]
    }

    /// Lets a tool use fields of a secret; both must exist. Requires `admin`, and presence.
    ///
    /// A field that the secret does not have, and an approval that nobody waived, are warnings and no refusals: a later
    /// version may bring the field, and the class of a tool may be what keeps the grant idle on purpose.
    package static func add(_ key: GrantKey, _ terms: Terms, by caller: Caller) -> Command<Added> {
        Command(.grantAdd, by: caller, describe: { describe(key, &$0) }) { transaction, event throws(Refusal) in
            event.fields = terms.fields.sorted()
            guard transaction.state.tools[key.tool] != nil else { throw .toolMissing }
            guard transaction.state.secrets[key.secret] != nil else { throw .secretMissing }
            guard transaction.state.grants[key] == nil else { throw .alreadyExists }
            guard case .person(let author, _) = event.actor else { throw .notAnOperator }
            let grant = Grant(
                id: transaction.keys.newRecordID(),
                tool: key.tool,
                secret: key.secret,
                fields: terms.fields.sorted(),
                lifetime: terms.lifetime,
                uses: terms.uses,
                approval: terms.approval,
                maxStale: terms.maxStale,
                minimumAttestation: terms.minimumAttestation,
                expires: terms.expires,
                created: transaction.now.wall,
                createdBy: author
            )
            try transaction.put(grant, &event)
            event.changes += grant.eventTexts
            return Added(grant: grant, warnings: GrantDiagnosis.idle(grant, in: transaction.state))
        }
    }

    /// Requires a registered operator.
    package static func list(by caller: Caller) -> Command<[Grant]> {
        Command(.grantList, by: caller) { transaction, _ throws(Refusal) in
            transaction.state.grants.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    /// Takes a grant back; the next resolve under it is refused. Requires `admin`, and presence.
    package static func remove(_ key: GrantKey, by caller: Caller) -> Command<Void> {
        Command(.grantRemove, by: caller, describe: { describe(key, &$0) }) { transaction, event throws(Refusal) in
            guard let grant = transaction.state.grants[key] else { throw .notFound }
            event.fields = grant.fields
            transaction.remove(grant, &event)
            event.tell(gone: grant.eventTexts)
        }
    }

    private static func describe(_ key: GrantKey, _ event: inout Event) {
        Tools.describe(key.tool, &event)
        event.secret = key.secret
    }
}

extension Grant {
    /// For the event, beside the fields that it names itself.
    fileprivate var eventTexts: [String] {
        var texts = ["approval=\(approval.rawValue)", "lifetime=\(lifetime)s"]
        texts += uses.map { ["uses=\($0)"] } ?? []
        texts += maxStale.map { ["max_stale=\($0)s"] } ?? []
        texts += expires.map { ["expires=\($0)"] } ?? []
        return texts + ["attestation=\(minimumAttestation.rawValue)"]
    }
}
