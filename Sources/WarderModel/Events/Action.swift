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
    /// Shares that were brought, whatever for, are dropped: by somebody, or because their time was up.
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
    /// Requests on the client socket that could not be understood, so that nothing was decided about them, counted for a
    /// minute.
    case peerMalformed = "peer.malformed"
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
    /// Another key that signs the log.
    case keyRotateLog = "key.rotate_log"

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
    /// A process of a server begins to ask for changes of what it may have. Shows no value.
    case secretWatch = "secret.watch"

    // MARK: Launches

    /// Starting a server: whatever the launcher starts from now on speaks for it.
    case launchStart = "launch.start"
    /// A launch ended, and its tokens with it.
    case launchEnd = "launch.end"

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
    /// Changing what the vault says of a tool: its class, its owner, what it needs and returns.
    case toolSet = "tool.set"
    /// Taking a server's list of tools over: new ones, and definitions of those that are there.
    case toolImport = "tool.import"
    /// An import found another definition than the accepted one. From then on the tool gets nothing.
    case toolChange = "tool.change"
    /// Accepting the definition that an import found.
    case toolAccept = "tool.accept"
    case toolRemove = "tool.remove"
    case grantAdd = "grant.add"
    case grantList = "grant.list"
    case grantRemove = "grant.remove"
    /// Seeing servers, tools, grants, rotations, limits and rules at once, as they stood at one moment. No values.
    case inventoryRead = "inventory.read"
    /// Making several changes of them, all or none. Implies nothing: each is decided as if it had come alone.
    case inventoryApply = "inventory.apply"
    case operatorAdd = "operator.add"
    case operatorList = "operator.list"
    case operatorRemove = "operator.remove"
    /// Making a code with which an operator sets a passphrase.
    case operatorEnrol = "operator.enrol"
    /// Bringing one share of a key slot for such a code. The last that is needed makes it.
    case operatorEnrolShare = "operator.enrol_share"

    /// Copying the whole vault, sealed. Shows nobody what is in it.
    case backupCreate = "backup.create"
    /// A backup became this vault: the first event of a new origin of the log, and the beginning of its quarantine.
    case backupRestore = "backup.restore"
    /// Seeing what in a restored vault may be older than its upstream.
    case backupReview = "backup.review"
    /// Ending the quarantine of a restored vault.
    case backupRelease = "backup.release"

    // MARK: Rotation

    /// Saying how a secret is rotated, and when.
    case rotationSet = "rotation.set"
    case rotationRemove = "rotation.remove"
    /// Seeing how secrets are rotated and where it stands. No values.
    case rotationList = "rotation.list"
    /// Beginning a rotation by hand, or hastening the one under way.
    case rotationStart = "rotation.start"
    /// Asking a rotator whether it has all that it needs. Gives it the secret's values; changes nothing.
    case rotationTest = "rotation.test"
    /// Stopping what begins by itself, and letting it begin again.
    case rotationPause = "rotation.pause"
    case rotationResume = "rotation.resume"
    case rotationAbort = "rotation.abort"
    case rotationRollback = "rotation.rollback"
    /// Saying that a credential which a rotation left behind is gone.
    case rotationForget = "rotation.forget"
    /// A rotation was due.
    case rotationBegin = "rotation.begin"
    /// The vault did its part of a rotation, or handed a step and the values that it needs to the worker.
    case rotationStep = "rotation.step"
    /// What a rotator said of a step.
    case rotationAnswer = "rotation.answer"
    /// A candidate became the current version.
    case rotationPromote = "rotation.promote"
    /// The version before became the current one again.
    case rotationDemote = "rotation.demote"
    /// A rotation came to its end, whichever.
    case rotationEnd = "rotation.end"

    // MARK: Limits

    /// Saying how many tokens a minute servers may ask for.
    case limitSet = "limit.set"
    case limitList = "limit.list"
    /// Requests beyond a server's limit, counted for a minute; the first of a minute has an event of its own.
    case tokenLimited = "token.limited"

    // MARK: Alerts

    case alertList = "alert.list"
    /// Taking note of what a rule found.
    case alertAck = "alert.ack"
    /// Telling nobody of a subject for a while.
    case alertMute = "alert.mute"
    /// Setting what a rule looks for.
    case alertSet = "alert.set"
    /// A rule found what it looks for.
    case alertRaise = "alert.raise"
    /// What is usual for servers was kept.
    case alertLearn = "alert.learn"

    /// A program of the machine was told that somebody is needed, or could not be.
    case noticeSend = "notice.send"

    // MARK: Approvals

    /// A server asked for a credential that people have to approve first: they are asked.
    case approvalRequest = "approval.request"
    /// A server asks what was said.
    case approvalWatch = "approval.watch"
    case approvalList = "approval.list"
    /// Reading one request, with the call's arguments.
    case approvalShow = "approval.show"
    case approvalApprove = "approval.approve"
    case approvalDeny = "approval.deny"
    /// One person let a call through alone.
    case approvalBreakGlass = "approval.break_glass"
    /// Somebody else has looked at that.
    case approvalReview = "approval.review"
    case approvalRuleList = "rule.list"
    case approvalRuleSet = "rule.set"
    case approvalRuleRemove = "rule.remove"
    /// Saying yes in advance.
    case standingAdd = "standing.add"
    case standingList = "standing.list"
    case standingRevoke = "standing.revoke"

    // MARK: The log

    /// Reading events: live, filtered, or as a file.
    case auditSearch = "audit.search"
    case auditExport = "audit.export"
    /// Signing the log as it is, and showing that events are in it.
    case auditProve = "audit.prove"
    /// Asking whether a value was ever stored, and who got it. Shows no value.
    case auditFindLeak = "audit.find_leak"
    /// Letting the contents of old events go for good. Their leaves stay.
    case auditPrune = "audit.prune"
    /// Reading the vault's own findings about its configuration.
    case doctorRead = "doctor.read"
    /// Opening every row, to say what is damaged. No values.
    case doctorDeep = "doctor.deep"
    /// Reading what a security review is made of, all names, dates and rules; or why one request would be let through.
    /// No values.
    case reportRead = "report.read"
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
        /// The same, and the vault itself.
        case rolesOrVault(Set<Role>)
        /// Every registered operator.
        case anyOperator
        /// Whoever the operator socket admits: the act itself needs a key.
        case operatorSocket
        /// A process that matches a registered server, or may start one; the command itself looks for the rest.
        case server
        /// The vault itself.
        case vault
    }

    package var permission: Permission {
        switch self {
        case .vaultStart, .vaultStop, .peerUnknown, .peerLimited, .peerSealed, .peerRefused, .peerMalformed, .keyRewrap,
            .launchEnd:
            .vault
        case .toolSet, .toolImport, .toolAccept: .roles([.admin])
        case .toolChange: .vault
        case .vaultInit, .vaultUnseal, .unsealShare, .unsealCancel, .operatorEnrolShare: .operatorSocket
        case .vaultSeal, .slotAdd, .slotRemove, .slotChange, .keyRotate, .keyRotateRoot, .keyRotateLog:
            .roles([.admin])
        case .keyList, .doctorDeep, .reportRead: .roles([.admin, .auditor])
        case .backupCreate: .rolesOrOwner([.admin])
        case .backupRestore: .vault
        case .rotationSet, .rotationRemove, .rotationForget: .roles([.admin])
        case .rotationStart, .rotationTest, .rotationPause, .rotationResume, .rotationAbort, .rotationRollback:
            .roles([.admin, .rotator])
        case .rotationList, .inventoryRead: .roles([.admin, .rotator, .reader, .auditor])
        case .rotationBegin, .rotationStep, .rotationAnswer, .rotationPromote, .rotationDemote, .rotationEnd,
            .noticeSend, .tokenLimited, .alertRaise, .alertLearn:
            .vault
        case .backupReview: .roles([.admin, .rotator, .reader, .auditor])
        case .backupRelease: .roles([.admin])
        case .presenceProve, .presenceSet, .presenceEnrol: .anyOperator
        case .secretPut, .secretSet, .secretPromote, .secretRollback: .roles([.admin, .rotator])
        case .secretReveal, .secretSalvage: .roles([.reader])
        case .secretList, .secretShow: .roles([.admin, .rotator, .reader, .auditor])
        case .secretDelete, .secretUndelete, .secretDestroy: .roles([.admin])
        case .secretResolve, .secretWatch, .tokenIssue, .tokenRenew, .tokenDrop, .callReport, .launchStart: .server
        // What became of a token.issue or a secret.resolve: nobody asks for it by this name.
        case .approvalRequest: .vault
        case .approvalWatch: .server
        case .approvalList, .approvalShow, .standingList: .roles([.admin, .approver, .auditor])
        case .approvalApprove, .approvalDeny, .standingRevoke: .roles([.admin, .approver])
        case .approvalBreakGlass, .approvalRuleSet, .approvalRuleRemove, .standingAdd: .roles([.admin])
        case .approvalReview: .roles([.admin, .approver, .auditor])
        case .approvalRuleList: .anyOperator
        case .tokenList: .roles([.admin, .auditor])
        case .tokenRevoke, .limitSet, .alertMute, .alertSet: .roles([.admin])
        case .alertAck: .roles([.admin, .auditor])
        case .serverQuarantine: .rolesOrVault([.admin])
        case .serverAdd, .serverUpdate, .serverRelease, .serverRemove, .toolAdd, .toolRemove,
            .grantAdd,
            .grantRemove, .inventoryApply, .operatorAdd, .operatorRemove, .operatorEnrol, .auditPrune:
            .roles([.admin])
        case .serverList, .toolList, .grantList, .operatorList, .limitList, .alertList, .doctorRead: .anyOperator
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
            .slotChange, .keyRotate, .keyRotateRoot, .keyRotateLog, .auditPrune:
            true
        case .backupRelease, .rotationSet, .rotationRemove, .rotationRollback, .rotationForget, .limitSet, .alertAck,
            .alertMute, .alertSet:
            true
        // A no only takes away, and so does taking a standing yes back.
        case .approvalApprove, .approvalBreakGlass, .approvalReview, .approvalRuleSet, .approvalRuleRemove,
            .standingAdd:
            true
        case .toolSet, .toolImport, .toolAccept, .inventoryApply: true
        // Quarantine is the emergency brake: it only takes away, and must never wait for a passphrase.
        default: false
        }
    }

    package var effect: Effect {
        switch self {
        case .vaultInit, .slotAdd, .secretPut, .tokenIssue, .serverAdd, .toolAdd, .grantAdd, .operatorAdd,
            .operatorEnrol, .operatorEnrolShare:
            .create
        case .secretReveal, .secretSalvage, .secretList, .secretShow, .secretResolve, .tokenList, .serverList,
            .toolList, .grantList,
            .operatorList, .auditSearch, .auditExport, .auditProve, .auditFindLeak, .doctorRead, .doctorDeep,
            .reportRead,
            .keyList,
            .backupCreate:
            .read
        case .backupReview, .rotationList, .secretWatch, .limitList, .alertList, .inventoryRead: .read
        case .approvalRequest, .standingAdd: .create
        case .approvalWatch, .approvalList, .approvalShow, .approvalRuleList, .standingList: .read
        case .approvalApprove, .approvalDeny, .approvalBreakGlass, .approvalReview, .approvalRuleSet: .update
        case .approvalRuleRemove, .standingRevoke: .delete
        case .rotationSet, .rotationStart, .rotationBegin: .create
        case .rotationRemove, .rotationForget: .delete
        case .rotationTest: .use
        case .toolSet, .toolImport, .toolChange, .toolAccept, .inventoryApply: .update
        case .rotationPause, .rotationResume, .rotationAbort, .rotationRollback, .rotationStep, .rotationAnswer,
            .rotationPromote, .rotationDemote, .rotationEnd:
            .update
        case .backupRestore: .create
        case .backupRelease, .limitSet, .alertAck, .alertMute, .alertSet, .alertLearn: .update
        case .alertRaise: .create
        case .secretSet, .secretPromote, .secretRollback, .secretUndelete, .tokenRenew, .serverUpdate,
            .serverQuarantine, .serverRelease,
            .presenceSet, .presenceEnrol, .slotChange, .keyRotate, .keyRewrap, .keyRotateRoot, .keyRotateLog:
            .update
        case .secretDelete, .secretDestroy, .slotRemove, .unsealCancel, .tokenDrop, .tokenRevoke, .serverRemove,
            .toolRemove,
            .grantRemove, .operatorRemove, .auditPrune:
            .delete
        case .callReport, .peerUnknown, .peerLimited, .peerSealed, .peerRefused, .peerMalformed, .noticeSend,
            .tokenLimited:
            .use
        case .vaultStart, .vaultUnseal, .unsealShare, .launchStart: .start
        case .vaultSeal, .vaultStop, .launchEnd: .stop
        case .presenceProve: .authenticate
        }
    }
}
