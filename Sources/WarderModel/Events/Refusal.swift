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
    /// What a server needs just to run is for its launcher, and not for what that started.
    case launcherOnly = "launcher_only"
    /// The process is a launcher already.
    case launchUnderWay = "launch_under_way"
    /// A launcher started the process that asks, or so many processes lie above it that nobody can tell.
    case launchNested = "launch_nested"
    /// Who lies above the process that asks could not be read just now, and so not whether a launcher does.
    case wayUpUnknown = "way_up_unknown"
    case launchLimit = "launch_limit"
    /// The vault came from a backup, and nobody has said yet that its secrets are those of today.
    case restoredVault = "restored_vault"

    // MARK: Tools, grants, tokens

    case toolMissing = "tool_missing"
    case toolOfAnotherServer = "tool_of_another_server"
    case toolDigestMissing = "tool_digest_missing"
    case toolDigestMismatch = "tool_digest_mismatch"
    /// Another definition was seen than the accepted one, and nobody has accepted it.
    case toolChanged = "tool_changed"
    /// What waits to be accepted is not, or no longer, the definition that was named.
    case offerChanged = "offer_changed"
    case grantMissing = "grant_missing"
    case grantExpired = "grant_expired"
    case fieldNotGranted = "field_not_granted"
    case attestationTooWeak = "attestation_too_weak"
    case approvalRequired = "approval_required"
    /// People were asked, and have not said enough yet.
    case approvalPending = "approval_pending"
    case approvalDenied = "approval_denied"
    /// Nobody decided in time, or nobody used what was decided.
    case approvalExpired = "approval_expired"
    /// It was used, denied or approved already.
    case approvalDecided = "approval_decided"
    /// What it was asked for is another call by now.
    case approvalStale = "approval_stale"
    /// Who asks cannot answer.
    case approvalOwn = "approval_own"
    /// The rule asks others.
    case approvalNotYours = "approval_not_yours"
    case approvalTwice = "approval_twice"
    /// Somebody else has to look first at what the same person let through alone before.
    case reviewOwed = "review_owed"
    /// Too many wait already.
    case approvalLimit = "approval_limit"
    case tokenMissing = "token_missing"
    case tokenUnknown = "token_unknown"
    case tokenExpired = "token_expired"
    case tokenOfAnotherProcess = "token_of_another_process"
    case tokenExhausted = "token_exhausted"
    case tokenLimit = "token_limit"
    /// The server asked for more tokens in a minute than its limit allows.
    case rateLimited = "rate_limited"

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

    // MARK: Rotation

    /// Nobody said how the secret is rotated.
    case rotationMissing = "rotation_missing"
    /// There is none under way.
    case rotationEnded = "rotation_ended"
    /// There is one under way.
    case rotationBusy = "rotation_busy"
    /// Nothing holds it up.
    case rotationNotWaiting = "rotation_not_waiting"
    /// Consumers have the new value.
    case rotationPromoted = "rotation_promoted"
    /// Consumers do not have the new value.
    case rotationNotPromoted = "rotation_not_promoted"
    /// The upstream does not accept the old value any more.
    case rotationRetired = "rotation_retired"
    /// A value cannot be made as the settings say.
    case rotationSettings = "rotation_settings"
    /// Credentials may be left at the upstream.
    case rotationOrphaned = "rotation_orphaned"
    /// No worker asks for work.
    case workerMissing = "worker_missing"

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
    case legalHold = "legal_hold"
    case tooRecent = "too_recent"
    case nothingToUndo = "nothing_to_undo"
    case alreadyInitialised = "already_initialised"
    case notInitialised = "not_initialised"
    case wrongKey = "wrong_key"
    case memoryNotLocked = "memory_not_locked"
    case logBroken = "log_broken"
    case logContradicted = "log_contradicted"
    /// Outside lies something in a checkpoint's place that is none, or cannot be read.
    case checkpointUnreadable = "checkpoint_unreadable"
    case auditUnavailable = "audit_unavailable"
    /// The storage engine finds its file damaged: the event cannot be written, or what it is about not be read. Also of the
    /// records of all admins, so that nobody could allow it.
    case databaseDamaged = "database_damaged"
}
