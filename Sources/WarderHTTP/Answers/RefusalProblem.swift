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
        default: break
        }
        return problem
    }

    /// What an operator gets to see: why, and the command that mends it. No default: a new refusal must say what it is.
    static func forOperator(_ refusal: Refusal) -> Problem {
        let (status, code, message) = words(refusal)
        var problem = Problem(status, code, message, reason: refusal.rawValue)
        switch refusal {
        case .throttled: problem.retryAfter = 30
        case .tokenLimit, .auditUnavailable: problem.retryAfter = 1
        default: break
        }
        return problem
    }

    private static func words(_ refusal: Refusal) -> (Answer.Status, ErrorCode, String) {
        switch refusal {
        case .sealed: (.serviceUnavailable, .sealed, "The vault is sealed. Run: warder unseal")
        case .notInitialised:
            (.serviceUnavailable, .notInitialised, "The vault was never set up. Run: warder init")
        case .alreadyInitialised: (.conflict, .conflict, "The vault is set up already. Run: warder status")
        case .auditUnavailable:
            (
                .serviceUnavailable, .auditUnavailable,
                "The event could not be written, so nothing was done. Free disk space where the database lies, and try again."
            )
        case .memoryNotLocked:
            (
                .serviceUnavailable, .unavailable,
                "There is no locked memory left for keys and values. Raise LimitMEMLOCK or memory.locked_limit."
            )

        case .unknownPeer: (.forbidden, .denied, "This process matches no registered server. Run: warder server list")
        case .notAnOperator:
            (.forbidden, .denied, "Your user is not an operator of this vault. An admin can run: warder operator add")
        case .roleMissing: (.forbidden, .denied, "None of your roles allows this. Run: warder operator list")
        case .presenceRequired:
            (.forbidden, .presenceRequired, "This needs you at the terminal: prove it with your passphrase.")
        case .presenceNotSet:
            (
                .forbidden, .denied,
                "You have no passphrase to prove your presence with. An admin can run: warder operator enrol"
            )
        case .enrolmentInvalid:
            (
                .forbidden, .denied,
                "This is no code of yours, or it has ended. An admin can run: warder operator enrol"
            )
        case .wrongPassphrase: (.forbidden, .wrongPassphrase, "The passphrase is wrong.")
        case .wrongKey: (.forbidden, .wrongPassphrase, "No key slot opens with this. Run: warder status")
        case .throttled: (.tooManyRequests, .rateLimited, "Too many wrong tries; wait and try again.")
        case .serverQuarantined:
            (.forbidden, .denied, "The server is quarantined. An admin can run: warder server release")
        case .serverAmbiguous:
            (.badRequest, .invalidRequest, "This process matches several servers: name the tool as server/tool.")

        case .toolMissing: (.forbidden, .denied, "The tool is not registered. An admin can run: warder tool add")
        case .toolOfAnotherServer: (.forbidden, .denied, "The tool belongs to another server.")
        case .toolDigestMissing, .toolDigestMismatch:
            (.forbidden, .denied, "The tool's definition is pinned, and the one presented is not the accepted one.")
        case .grantMissing: (.forbidden, .denied, "No grant covers this. An admin can run: warder grant add")
        case .grantExpired:
            (.forbidden, .denied, "The grant has ended. An admin can run: warder grant remove, then add")
        case .fieldNotGranted: (.forbidden, .denied, "The grant does not cover this field.")
        case .attestationTooWeak:
            (.forbidden, .denied, "The kernel confirms less about this process than the grant demands.")
        case .approvalRequired:
            (
                .forbidden, .approvalRequired,
                "The tool's class needs an approval. An admin can waive it with: warder grant add … --approval none"
            )
        case .tokenMissing, .tokenUnknown, .tokenExpired, .tokenOfAnotherProcess, .tokenExhausted:
            (.unauthorized, .tokenInvalid, "The token does not work here.")
        case .tokenLimit: (.tooManyRequests, .rateLimited, "Too many live tokens.")

        case .secretMissing: (.notFound, .notFound, "There is no such secret. Run: warder secret list")
        case .secretDeleted: (.notFound, .notFound, "The secret is deleted. An admin can run: warder secret undelete")
        case .versionMissing: (.notFound, .notFound, "There is no such version. Run: warder secret versions")
        case .versionDestroyed: (.notFound, .notFound, "The version's values are destroyed.")
        case .fieldMissing: (.notFound, .notFound, "The version has no such field. Run: warder secret versions")
        case .valueDamaged:
            (.internalServerError, .internalError, "The stored value does not open: the database is damaged.")

        case .keysDamaged:
            (
                .internalServerError, .internalError,
                "The key slot opens, and the vault's keys do not: the database was damaged or altered."
            )
        case .keysChanged:
            (.conflict, .conflict, "The keys were changed meanwhile. Look with warder key slots, and try again.")
        case .slotMissing: (.notFound, .notFound, "There is no such key slot. Run: warder key slots")
        case .slotLimit:
            (.conflict, .conflict, "The vault has as many key slots as it can. Run: warder key remove-slot")
        case .lastSlot:
            (.conflict, .conflict, "This is the last key slot; nothing would open the vault. Run: warder key add-slot")
        case .slotTakesNoPassphrase:
            (.badRequest, .invalidRequest, "This key slot is not opened by a passphrase. Run: warder key slots")
        case .slotNotOpened:
            (
                .badRequest, .invalidRequest,
                "Every key slot has to be opened again for a new root key, or dropped. Run: warder key slots"
            )
        case .rotationUnderWay:
            (.conflict, .conflict, "Earlier keys are still in use; wait until warder key slots shows that none are.")
        case .sharesOutOfRange:
            (.badRequest, .invalidRequest, "Between 2 and 255 shares can be asked for, of at least as many in all.")
        case .shareMalformed: (.badRequest, .invalidRequest, "This is not the text of a share.")
        case .shareMistyped: (.badRequest, .invalidRequest, "The share has a typing mistake: its checksum is wrong.")
        case .shareForeign:
            (.forbidden, .denied, "The share is of another vault, or of a set that opens no key slot any more.")
        case .shareTwice: (.conflict, .conflict, "This share was brought already; another one is needed.")
        case .attemptUnknown:
            (
                .conflict, .conflict,
                "This is not the attempt to unseal that is under way. Run warder status, and give its name."
            )

        case .checkFailed:
            (.conflict, .conflict, "The current version is another one by now. Run: warder secret versions")
        case .alreadyExists: (.conflict, .conflict, "There is one already.")
        case .notFound: (.notFound, .notFound, "There is no such thing.")
        case .inUse: (.conflict, .conflict, "Other things still refer to it; remove those first.")
        case .lastAdmin: (.conflict, .conflict, "This is the last admin; the vault would have none.")
        case .selectorsEmpty: (.badRequest, .invalidRequest, "A server needs at least one selector, such as its uid.")
        case .checkUnderWay:
            (.conflict, .conflict, "Another check of the whole database is under way; wait until it has ended.")
        case .nothingToUndo: (.conflict, .conflict, "There is nothing to take back.")
        }
    }
}
