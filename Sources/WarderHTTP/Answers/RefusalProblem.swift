import WarderModel
import WarderWire

extension Problem {
    /// What a server gets to see of a refusal: the code. The reason is in the log.
    static func forServer(_ refusal: Refusal) -> Problem {
        var problem = forOperator(refusal)
        problem.reason = nil
        switch problem.code {
        case .denied: problem.message = "The vault refused; the operator can see why in its log, by the request id."
        case .notFound: problem.message = "There is no such secret, version or field."
        case .tokenInvalid: problem.message = "The token does not work here; ask for a new one."
        case .approvalRequired: problem.message = "This tool's calls need an approval."
        case .approvalDenied: problem.message = "Somebody said no to this call."
        default: break
        }
        return problem
    }

    /// What an operator gets to see: what is wrong, in a sentence. The command that mends it is for the program that
    /// was asked to say. No default: a new refusal must say what it is.
    static func forOperator(_ refusal: Refusal, about action: Action? = nil) -> Problem {
        let (status, code, message) = words(refusal, action)
        var problem = Problem(status, code, message, reason: refusal.rawValue)
        switch refusal {
        case .throttled, .approvalLimit: problem.retryAfter = 30
        case .tokenLimit, .launchLimit, .launchUnderWay, .wayUpUnknown, .rateLimited, .auditUnavailable:
            problem.retryAfter = 1
        default: break
        }
        return problem
    }

    private static func words(_ refusal: Refusal, _ action: Action?) -> (Answer.Status, ErrorCode, String) {
        switch refusal {
        case .sealed: (.serviceUnavailable, .sealed, "The vault is sealed.")
        case .notInitialised:
            (.serviceUnavailable, .notInitialised, "The vault was never set up.")
        case .alreadyInitialised: (.conflict, .conflict, "The vault is set up already.")
        case .auditUnavailable:
            (
                .serviceUnavailable, .auditUnavailable,
                "The event could not be written, so nothing was done. Free disk space where the database lies, and try again."
            )
        case .databaseDamaged:
            (
                .serviceUnavailable, .auditUnavailable,
                "The database is damaged: the event could not be written, or its rows not be read. Nothing was done."
            )
        case .memoryNotLocked:
            (
                .serviceUnavailable, .unavailable,
                "There is no locked memory left for keys and values. Raise LimitMEMLOCK or memory.locked_limit."
            )

        case .restoredVault:
            (.serviceUnavailable, .restoredVault, "The vault was restored from a backup and is in quarantine.")
        case .unknownPeer: (.forbidden, .denied, "This process matches no registered server.")
        case .notAnOperator where action == .unsealCancel:
            (
                .forbidden, .denied,
                "Root, the daemon's user and admins drop shares; in a sealed vault whoever was an admin when it was sealed, until the daemon restarts. An attempt also ends by itself."
            )
        case .notAnOperator:
            (.forbidden, .denied, "Your user is not an operator of this vault.")
        case .roleMissing: (.forbidden, .denied, "None of your roles allows this.")
        case .presenceRequired:
            (.forbidden, .presenceRequired, "This needs you at the terminal: prove it with your passphrase.")
        case .presenceNotSet:
            (
                .forbidden, .denied,
                "You have no passphrase to prove your presence with."
            )
        case .enrolmentInvalid:
            (
                .forbidden, .denied,
                "This is no code of yours, or it has ended."
            )
        case .wrongPassphrase: (.forbidden, .wrongPassphrase, "The passphrase is wrong.")
        case .wrongKey: (.forbidden, .wrongPassphrase, "No key slot opens with this.")
        case .throttled: (.tooManyRequests, .rateLimited, "Too many tries; wait and try again.")
        case .serverQuarantined:
            (.forbidden, .denied, "The server is quarantined.")
        case .serverAmbiguous:
            (.badRequest, .invalidRequest, "This process matches several servers: name the tool as server/tool.")

        case .launcherOnly:
            (.forbidden, .denied, "What a server needs just to run is for its launcher, and not for what it starts.")
        case .launchUnderWay: (.tooManyRequests, .rateLimited, "This process is a launcher already.")
        case .launchNested:
            (.forbidden, .denied, "What a launcher has started starts no other server by a launch of its own.")
        case .wayUpUnknown:
            (.serviceUnavailable, .unavailable, "Who started this process cannot be read just now; try again.")
        case .launchLimit: (.tooManyRequests, .rateLimited, "Too many servers of this user are started already.")
        case .toolMissing: (.forbidden, .denied, "The tool is not registered.")
        case .toolOfAnotherServer: (.forbidden, .denied, "The tool belongs to another server.")
        case .toolDigestMissing, .toolDigestMismatch:
            (.forbidden, .denied, "The tool's definition is pinned, and the one presented is not the accepted one.")
        case .toolChanged:
            (.forbidden, .denied, "The tool's definition changed, and nobody has accepted it yet.")
        case .offerChanged:
            (.conflict, .conflict, "This is not the definition that waits to be accepted.")
        case .grantMissing: (.forbidden, .denied, "No grant covers this.")
        case .grantExpired:
            (.forbidden, .denied, "The grant has ended.")
        case .fieldNotGranted: (.forbidden, .denied, "The grant does not cover this field.")
        case .attestationTooWeak:
            (.forbidden, .denied, "The kernel confirms less about this process than the grant demands.")
        case .approvalRequired:
            (
                .forbidden, .approvalRequired,
                "This call was not approved: a token that was approved, for this version and field, is needed."
            )
        case .approvalPending:
            (.forbidden, .approvalRequired, "People were asked about this call, and have not said enough yet.")
        case .approvalDenied: (.forbidden, .approvalDenied, "Somebody said no to this call.")
        case .approvalExpired:
            (.conflict, .conflict, "Time is up for this approval; the server has to ask again.")
        case .approvalDecided: (.conflict, .conflict, "This approval was decided already.")
        case .approvalStale:
            (
                .conflict, .conflict,
                "What was asked for is another call by now, and a yes to it would let nothing through."
            )
        case .approvalOwn:
            (.forbidden, .denied, "Whoever asks, or lets a call through alone, cannot be the one who answers for it.")
        case .approvalNotYours: (.forbidden, .denied, "Your vote is not one of those that are asked for.")
        case .approvalTwice: (.conflict, .conflict, "You have said yes to this already; another person has to.")
        case .reviewOwed:
            (.conflict, .conflict, "You let calls through alone that nobody has looked at yet: that comes first.")
        case .approvalLimit:
            (.tooManyRequests, .rateLimited, "Too many calls wait for an approval, or are approved in advance.")
        case .tokenMissing, .tokenUnknown, .tokenExpired, .tokenOfAnotherProcess, .tokenExhausted:
            (.unauthorized, .tokenInvalid, "The token does not work here.")
        case .tokenLimit: (.tooManyRequests, .rateLimited, "Too many live tokens.")
        case .rateLimited:
            (.tooManyRequests, .rateLimited, "The server asked for more tokens in a minute than its limit allows.")

        case .secretMissing: (.notFound, .notFound, "There is no such secret.")
        case .secretDeleted: (.notFound, .notFound, "The secret is deleted.")
        case .versionMissing: (.notFound, .notFound, "There is no such version.")
        case .versionDestroyed: (.notFound, .notFound, "The version's values are destroyed.")
        case .fieldMissing: (.notFound, .notFound, "The version has no such field.")
        case .valueDamaged:
            (.internalServerError, .internalError, "The stored value does not open: the database is damaged.")

        case .keysDamaged:
            (
                .internalServerError, .internalError,
                "The key slot opens, and the vault's keys do not: the database was damaged or altered."
            )
        case .keysChanged:
            (.conflict, .conflict, "The keys were changed meanwhile. Look at them, and try again.")
        case .slotMissing: (.notFound, .notFound, "There is no such key slot.")
        case .slotLimit:
            (.conflict, .conflict, "The vault has as many key slots as it can.")
        case .lastSlot:
            (.conflict, .conflict, "This is the last key slot; nothing would open the vault.")
        case .slotTakesNoPassphrase:
            (.badRequest, .invalidRequest, "This key slot is not opened by a passphrase.")
        case .slotNotOpened:
            (
                .badRequest, .invalidRequest,
                "Every key slot has to be opened again for a new root key, or dropped."
            )
        case .rotationUnderWay:
            (.conflict, .conflict, "A rotation of the keys is under way: rows are still under old keys.")
        case .sharesOutOfRange:
            (.badRequest, .invalidRequest, "Between 2 and 255 shares can be asked for, of at least as many in all.")
        case .shareMalformed: (.badRequest, .invalidRequest, "This is not the text of a share.")
        case .shareMistyped: (.badRequest, .invalidRequest, "The share has a typing mistake: its checksum is wrong.")
        case .shareForeign:
            (.forbidden, .denied, "The share is of another vault, or of another set than the one that is asked for.")
        case .shareTwice: (.conflict, .conflict, "This share was brought already; another one is needed.")
        case .attemptUnknown:
            (.conflict, .conflict, "This is not the attempt that is under way, or none is.")

        case .rotationMissing: (.notFound, .notFound, "Nobody has said how this secret is rotated.")
        case .rotationEnded: (.conflict, .conflict, "No rotation of this secret is under way.")
        case .rotationBusy: (.conflict, .conflict, "A rotation of this secret is under way.")
        case .rotationNotWaiting: (.conflict, .conflict, "Nothing holds the rotation up.")
        case .rotationPromoted: (.conflict, .conflict, "Servers have the new value already.")
        case .rotationNotPromoted:
            (.conflict, .conflict, "No server has the new value, so there is nothing to go back from.")
        case .rotationRetired: (.conflict, .conflict, "The upstream was told to forget the old value.")
        case .rotationSettings: (.badRequest, .invalidRequest, "No value can be made as the settings say.")
        case .rotationOrphaned:
            (.conflict, .conflict, "Credentials that earlier rotations left at the upstream are still listed.")
        case .workerMissing: (.serviceUnavailable, .unavailable, "No worker asks for work.")

        case .checkFailed:
            (
                .conflict, .conflict,
                action == .inventoryApply
                    ? "Something changed since the plan was made." : "The current version is another one by now."
            )
        case .alreadyExists: (.conflict, .conflict, alreadyThere(action))
        case .notFound: (.notFound, .notFound, "There is no such \(missingNoun(action)).")
        case .inUse: (.conflict, .conflict, stillUsed(action))
        case .lastAdmin: (.conflict, .conflict, "This is the last admin; the vault would have none.")
        case .selectorsEmpty:
            (
                .badRequest, .invalidRequest,
                "A server needs a uid, gid, group or unit; an executable counts only beside one."
            )
        case .logContradicted:
            (
                .conflict, .conflict,
                "A checkpoint outside says that the log had more events, or others: the database was set back, or altered."
            )
        case .checkpointUnreadable:
            (
                .conflict, .conflict,
                "A checkpoint outside cannot be read, so that nobody knows whether the database was set back. The daemon's log names it."
            )
        case .logBroken:
            (
                .internalServerError, .internalError,
                "What lies in the log contradicts what was signed before, so that nothing is signed any more."
            )
        case .checkUnderWay:
            (
                .conflict, .conflict,
                "Another check or backup of the whole database is under way; wait until it has ended."
            )
        case .noRoom:
            (.serviceUnavailable, .unavailable, "The vault's disk has no room for a second copy of the database.")
        case .legalHold:
            (.conflict, .conflict, "The log is on legal hold: the configuration forbids that anything of it goes.")
        case .tooRecent:
            (.badRequest, .invalidRequest, "What happened within the last 24 hours stays in the log.")
        case .nothingToUndo: (.conflict, .conflict, nothingToTakeBack(action))
        }
    }

    // MARK: Reasons that more than one noun has

    private static func missingNoun(_ action: Action?) -> String {
        switch action {
        // A tool is added to a server.
        case .toolAdd, .toolImport: "server"
        case .backupReview: "restore: this vault came from no backup"
        case .backupCreate: "backup, or it was handed over before the vault was opened"
        case .approvalRuleSet: "server, or no operator in a group that is asked"
        case .standingAdd, .limitSet: "server"
        case .alertMute: "server or secret"
        case .standingRevoke: "standing approval"
        default: noun(action)
        }
    }

    private static func alreadyThere(_ action: Action?) -> String {
        switch action {
        case .grantAdd: "The tool has a grant of this secret already."
        case .toolSet: "A definition was accepted already; only an import finds another one."
        case .operatorAdd: "The name or the user is another operator's already."
        default: "There is a \(noun(action)) of this name already."
        }
    }

    private static func stillUsed(_ action: Action?) -> String {
        switch action {
        case .serverRemove: "The server still has tools; they have to go first."
        case .toolRemove: "The tool still has grants; they have to go first."
        case .alertMute: "As much is muted of this rule as can be; something has to be unmuted first."
        default: "Other things still refer to it; they have to go first."
        }
    }

    private static func nothingToTakeBack(_ action: Action?) -> String {
        switch action {
        case .serverRelease: "The server is not quarantined."
        case .secretUndelete: "The secret is not deleted."
        case .unsealCancel: "No share was brought."
        case .secretRollback: "There is no previous version to go back to."
        case .backupRelease: "The vault is in no quarantine."
        case .rotationPause: "It is so already."
        case .alertAck: "Somebody has taken note of it already."
        case .approvalReview: "Nobody let this call through alone, or it was reviewed already."
        default: "There is nothing to take back."
        }
    }

    /// What an action is about; its raw value begins with it.
    private static func noun(_ action: Action?) -> String {
        action?.rawValue.split(separator: ".").first.map(String.init) ?? "thing"
    }
}
