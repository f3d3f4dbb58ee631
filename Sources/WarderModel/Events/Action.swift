/// Everything that can be asked of the vault and is written down. The raw value is the event's `type`.
///
/// Each action says what it needs (`permission`) in one place, so that no route can forget to ask.
package enum Action: String, Sendable, Codable, CaseIterable {
    // MARK: The vault itself

    /// The daemon opened its database and began to listen. Says nothing about being unsealed.
    case vaultStart = "vault.start"
    /// The daemon ended in order. One that was killed leaves a start without it.
    case vaultStop = "vault.stop"
    case vaultInit = "vault.init"
    /// Opening the vault with a key slot, or failing to. Everybody whom the operator socket admits may try.
    case vaultUnseal = "vault.unseal"
    case vaultSeal = "vault.seal"
    /// Bringing one share of a key slot. Opens nothing by itself unless it is the last that is needed.
    case unsealShare = "unseal.share"
    /// Dropping the shares that were brought.
    case unsealCancel = "unseal.cancel"
    /// Requests of processes that match no registered server, counted for a minute.
    case peerUnknown = "peer.unknown"
    /// Requests refused before they were read because their sender had used up its share, counted for a minute.
    case peerLimited = "peer.limited"
    /// Requests refused because the vault was sealed, counted for a minute.
    case peerSealed = "peer.sealed"
    /// Requests on the operator socket of somebody who is no operator, counted for a minute; the first of a minute has
    /// an event of its own.
    case peerRefused = "peer.refused"
    /// Proving that a person sits at the terminal. Allows nothing by itself.
    case presenceProve = "presence.prove"
    /// Setting another passphrase of the caller's own.
    case presenceSet = "presence.set"
    /// Setting the caller's own passphrase with a code of an admin.
    case presenceEnrol = "presence.enrol"

    // MARK: Keys

    /// Seeing slots and the ages of keys. No key.
    case keyList = "key.list"
    case slotAdd = "slot.add"
    case slotRemove = "slot.remove"
    /// Putting another passphrase into a slot, knowing the old one.
    case slotChange = "slot.change"
    /// New keys for what is written from now on.
    case keyRotate = "key.rotate"
    /// What lay under the old keys lies under the new ones, and the old keys are gone.
    case keyRewrap = "key.rewrap"
    case keyRotateRoot = "root.rotate"

    // MARK: Secrets, by operators

    /// Storing a new version. Does not imply reading it back.
    case secretPut = "secret.put"
    /// Changing owner, labels or expiry, and no value.
    case secretSet = "secret.set"
    /// Seeing a value. Does not follow from any role but `reader`.
    case secretReveal = "secret.reveal"
    /// Seeing every value that still opens, of every secret and version at once.
    case secretSalvage = "secret.salvage"
    /// Seeing names, versions, labels and dates of all secrets. No values.
    case secretList = "secret.list"
    /// The same of one secret. No values.
    case secretShow = "secret.show"
    case secretPromote = "secret.promote"
    case secretRollback = "secret.rollback"
    /// Hiding a secret so that it resolves for nobody. Undone by `secretUndelete`.
    case secretDelete = "secret.delete"
    case secretUndelete = "secret.undelete"
    /// Erasing the values of one version, or of all, for good.
    case secretDestroy = "secret.destroy"

    // MARK: Secrets, by servers

    /// Getting a value with a token.
    case secretResolve = "secret.resolve"

    // MARK: Tokens

    case tokenIssue = "token.issue"
    case tokenRenew = "token.renew"
    /// A server gives its own token back.
    case tokenDrop = "token.drop"
    case tokenList = "token.list"
    case tokenRevoke = "token.revoke"
    /// How a tool call went, as the server tells it.
    case callReport = "call.report"

    // MARK: Servers, tools, grants, operators

    case serverAdd = "server.add"
    /// Replacing the conditions by which a server is recognised. Ends its tokens.
    case serverUpdate = "server.update"
    case serverList = "server.list"
    case serverQuarantine = "server.quarantine"
    case serverRelease = "server.release"
    case serverRemove = "server.remove"
    case toolAdd = "tool.add"
    case toolList = "tool.list"
    case toolRemove = "tool.remove"
    case grantAdd = "grant.add"
    case grantList = "grant.list"
    case grantRemove = "grant.remove"
    case operatorAdd = "operator.add"
    case operatorList = "operator.list"
    case operatorRemove = "operator.remove"
    /// Making a code with which an operator sets a passphrase.
    case operatorEnrol = "operator.enrol"

    /// Copying the whole vault, sealed. Shows nobody what is in it.
    case backupCreate = "backup.create"
    /// A backup became this vault: the first event of a new origin of the log, and the beginning of its quarantine.
    case backupRestore = "backup.restore"
    /// Seeing what in a restored vault may be older than its upstream.
    case backupReview = "backup.review"
    /// Ending the quarantine of a restored vault.
    case backupRelease = "backup.release"

    // MARK: The log

    /// Reading events: live, filtered, or as a file.
    case auditSearch = "audit.search"
    case auditExport = "audit.export"
    /// Signing the log as it is, and showing that events are in it.
    case auditProve = "audit.prove"
    /// Asking whether a value was ever stored, and who got it. Shows no value.
    case auditFindLeak = "audit.find_leak"
    /// Reading the vault's own findings about its configuration.
    case doctorRead = "doctor.read"
    /// Opening every row, to say what is damaged. No values.
    case doctorDeep = "doctor.deep"
}

/// What an action does to its subject, for readers who count by kind.
package enum Effect: String, Sendable {
    case create, read, update, delete, use, start, stop, authenticate
}

extension Action {
    /// Who may ask for it.
    package enum Permission: Sendable, Equatable {
        /// An operator with any of these roles.
        case roles(Set<Role>)
        /// The same, and whoever can copy the database anyway: root, and the user that the daemon runs as.
        case rolesOrOwner(Set<Role>)
        /// Every registered operator.
        case anyOperator
        /// Whoever the operator socket admits: the act itself needs a key.
        case operatorSocket
        /// A process that matches a registered server; the command itself looks for tool, token and grant.
        case server
        /// The vault itself.
        case vault
    }

    package var permission: Permission {
        switch self {
        case .vaultStart, .vaultStop, .peerUnknown, .peerLimited, .peerSealed, .peerRefused, .keyRewrap: .vault
        case .vaultInit, .vaultUnseal, .unsealShare, .unsealCancel: .operatorSocket
        case .vaultSeal, .slotAdd, .slotRemove, .slotChange, .keyRotate, .keyRotateRoot: .roles([.admin])
        case .keyList, .doctorDeep: .roles([.admin, .auditor])
        case .backupCreate: .rolesOrOwner([.admin])
        case .backupRestore: .vault
        case .backupReview: .roles([.admin, .rotator, .reader, .auditor])
        case .backupRelease: .roles([.admin])
        case .presenceProve, .presenceSet, .presenceEnrol: .anyOperator
        case .secretPut, .secretSet, .secretPromote, .secretRollback: .roles([.admin, .rotator])
        case .secretReveal, .secretSalvage: .roles([.reader])
        case .secretList, .secretShow: .roles([.admin, .rotator, .reader, .auditor])
        case .secretDelete, .secretUndelete, .secretDestroy: .roles([.admin])
        case .secretResolve, .tokenIssue, .tokenRenew, .tokenDrop, .callReport: .server
        case .tokenList: .roles([.admin, .auditor])
        case .tokenRevoke: .roles([.admin])
        case .serverAdd, .serverUpdate, .serverQuarantine, .serverRelease, .serverRemove, .toolAdd, .toolRemove,
            .grantAdd,
            .grantRemove, .operatorAdd, .operatorRemove, .operatorEnrol:
            .roles([.admin])
        case .serverList, .toolList, .grantList, .operatorList, .doctorRead: .anyOperator
        case .auditSearch, .auditExport, .auditProve, .auditFindLeak: .roles([.auditor])
        }
    }

    /// Whether a person must prove to be there where a server may run under their uid: a reveal, every change of who
    /// may do what, and what cannot be undone.
    package var needsPresence: Bool {
        switch self {
        case .secretReveal, .secretSalvage, .serverAdd, .serverUpdate, .serverRelease, .serverRemove, .toolAdd,
            .toolRemove, .grantAdd,
            .grantRemove,
            .operatorAdd, .operatorRemove, .operatorEnrol, .presenceSet, .secretDestroy, .slotAdd, .slotRemove,
            .slotChange, .keyRotate, .keyRotateRoot:
            true
        case .backupRelease: true
        // Quarantine is the emergency brake: it only takes away, and must never wait for a passphrase.
        default: false
        }
    }

    package var effect: Effect {
        switch self {
        case .vaultInit, .slotAdd, .secretPut, .tokenIssue, .serverAdd, .toolAdd, .grantAdd, .operatorAdd,
            .operatorEnrol:
            .create
        case .secretReveal, .secretSalvage, .secretList, .secretShow, .secretResolve, .tokenList, .serverList,
            .toolList, .grantList,
            .operatorList, .auditSearch, .auditExport, .auditProve, .auditFindLeak, .doctorRead, .doctorDeep, .keyList,
            .backupCreate:
            .read
        case .backupReview: .read
        case .backupRestore: .create
        case .backupRelease: .update
        case .secretSet, .secretPromote, .secretRollback, .secretUndelete, .tokenRenew, .serverUpdate,
            .serverQuarantine, .serverRelease,
            .presenceSet, .presenceEnrol, .slotChange, .keyRotate, .keyRewrap, .keyRotateRoot:
            .update
        case .secretDelete, .secretDestroy, .slotRemove, .unsealCancel, .tokenDrop, .tokenRevoke, .serverRemove,
            .toolRemove,
            .grantRemove, .operatorRemove:
            .delete
        case .callReport, .peerUnknown, .peerLimited, .peerSealed, .peerRefused: .use
        case .vaultStart, .vaultUnseal, .unsealShare: .start
        case .vaultSeal, .vaultStop: .stop
        case .presenceProve: .authenticate
        }
    }
}
