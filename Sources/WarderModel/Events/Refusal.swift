/// Why the vault said no. The raw value stands in the event and in what operators read; a refused server sees only a
/// code.
package enum Refusal: String, Error, Sendable, Codable, CaseIterable {
    // MARK: Who asks

    case sealed
    case unknownPeer = "unknown_peer"
    case notAnOperator = "not_an_operator"
    case roleMissing = "role_missing"
    case presenceRequired = "presence_required"
    case presenceNotSet = "presence_not_set"
    case wrongPassphrase = "wrong_passphrase"
    case enrolmentInvalid = "enrolment_invalid"
    case throttled
    case serverQuarantined = "server_quarantined"
    case serverAmbiguous = "server_ambiguous"
    /// The vault came from a backup, and nobody has said yet that its secrets are those of today.
    case restoredVault = "restored_vault"

    // MARK: Tools, grants, tokens

    case toolMissing = "tool_missing"
    case toolOfAnotherServer = "tool_of_another_server"
    case toolDigestMissing = "tool_digest_missing"
    case toolDigestMismatch = "tool_digest_mismatch"
    case grantMissing = "grant_missing"
    case grantExpired = "grant_expired"
    case fieldNotGranted = "field_not_granted"
    case attestationTooWeak = "attestation_too_weak"
    case approvalRequired = "approval_required"
    case tokenMissing = "token_missing"
    case tokenUnknown = "token_unknown"
    case tokenExpired = "token_expired"
    case tokenOfAnotherProcess = "token_of_another_process"
    case tokenExhausted = "token_exhausted"
    case tokenLimit = "token_limit"

    // MARK: Secrets

    case secretMissing = "secret_missing"
    case secretDeleted = "secret_deleted"
    case versionMissing = "version_missing"
    case versionDestroyed = "version_destroyed"
    case fieldMissing = "field_missing"
    case valueDamaged = "value_damaged"

    // MARK: Keys

    case keysChanged = "keys_changed"
    case keysDamaged = "keys_damaged"
    case slotMissing = "slot_missing"
    case slotLimit = "slot_limit"
    case lastSlot = "last_slot"
    case slotTakesNoPassphrase = "slot_takes_no_passphrase"
    case slotNotOpened = "slot_not_opened"
    case rotationUnderWay = "rotation_under_way"
    case sharesOutOfRange = "shares_out_of_range"
    case shareMalformed = "share_malformed"
    case shareMistyped = "share_mistyped"
    case shareForeign = "share_foreign"
    case shareTwice = "share_twice"
    case attemptUnknown = "attempt_unknown"

    // MARK: Changes that do not fit

    case checkFailed = "check_failed"
    case alreadyExists = "already_exists"
    case notFound = "not_found"
    case inUse = "in_use"
    case lastAdmin = "last_admin"
    case selectorsEmpty = "selectors_empty"
    case checkUnderWay = "check_under_way"
    /// The disk has no room for a copy of the database.
    case noRoom = "no_room"
    case nothingToUndo = "nothing_to_undo"
    case alreadyInitialised = "already_initialised"
    case notInitialised = "not_initialised"
    case wrongKey = "wrong_key"
    case memoryNotLocked = "memory_not_locked"
    case logBroken = "log_broken"
    case logContradicted = "log_contradicted"
    case auditUnavailable = "audit_unavailable"
}
