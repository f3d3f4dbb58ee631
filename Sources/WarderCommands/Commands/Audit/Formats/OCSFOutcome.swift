import WarderModel

/// What the vault decided, in the words of the profile `security_control`, and how much it matters.
struct OCSFOutcome {
    /// `action_id`: 0 unknown, 1 allowed, 2 denied.
    let action: (id: Int, name: String)
    /// `disposition_id`: what came of it.
    let disposition: (id: Int, name: String)
    /// `status_id`: 0 unknown, 1 success, 2 failure.
    let status: (id: Int, name: String)
    /// `severity_id`: 1 informational, 2 low, 3 medium, 4 high.
    let severity: (id: Int, name: String)

    /// `known`: the event's action, if this version knows it.
    init(_ event: EventLine, _ known: Action?) {
        guard event.missing == nil else {
            action = (0, "Unknown")
            disposition = (27, "Error")
            status = (0, "Unknown")
            severity = (4, "High")
            return
        }
        guard event.isRefused else {
            action = (1, "Allowed")
            disposition = (1, "Allowed")
            status = (1, "Success")
            severity = known.map(Self.isFarReaching) ?? false ? (2, "Low") : (1, "Informational")
            return
        }
        action = (2, "Denied")
        status = (2, "Failure")
        switch event.refusal.map(Cause.init) ?? .rule {
        case .person: (disposition, severity) = ((26, "Unauthorized"), (3, "Medium"))
        case .rule: (disposition, severity) = ((2, "Blocked"), (3, "Medium"))
        case .state: (disposition, severity) = ((2, "Blocked"), (2, "Low"))
        case .failure: (disposition, severity) = ((27, "Error"), (4, "High"))
        }
    }

    /// What asks for a person's presence, and what takes everything along: worth a second look even where it was
    /// allowed.
    private static func isFarReaching(_ action: Action) -> Bool {
        action.needsPresence || [.backupCreate, .backupRestore, .serverQuarantine, .vaultInit].contains(action)
    }

    /// Why the vault says no.
    enum Cause {
        /// Whoever asked is not who may.
        case person
        /// No rule lets this be used so.
        case rule
        /// It does not fit what is there.
        case state
        /// The vault could not.
        case failure

        /// Without a default: a new refusal must get a place here.
        init(_ refusal: Refusal) {
            self =
                switch refusal {
                case .unknownPeer, .notAnOperator, .roleMissing, .presenceRequired, .presenceNotSet, .wrongPassphrase,
                    .enrolmentInvalid, .wrongKey, .tokenMissing, .tokenUnknown, .tokenOfAnotherProcess, .shareForeign,
                    .slotNotOpened, .approvalOwn, .approvalNotYours:
                    .person
                case .throttled, .serverQuarantined, .serverAmbiguous, .launcherOnly, .launchNested, .launchLimit,
                    .toolMissing,
                    .toolOfAnotherServer,
                    .toolDigestMissing, .toolDigestMismatch, .toolChanged, .grantMissing, .grantExpired,
                    .fieldNotGranted,
                    .attestationTooWeak, .approvalRequired, .approvalPending, .approvalDenied, .approvalLimit,
                    .tokenExpired, .tokenExhausted, .tokenLimit, .rateLimited,
                    .secretMissing,
                    .secretDeleted, .versionMissing, .versionDestroyed, .fieldMissing:
                    .rule
                case .sealed, .launchUnderWay, .offerChanged, .keysChanged, .slotMissing, .slotLimit, .lastSlot,
                    .slotTakesNoPassphrase,
                    .rotationUnderWay, .sharesOutOfRange, .shareMalformed, .shareMistyped, .shareTwice, .attemptUnknown,
                    .checkFailed, .alreadyExists, .notFound, .inUse, .lastAdmin, .selectorsEmpty, .checkUnderWay,
                    .nothingToUndo, .alreadyInitialised, .notInitialised, .noRoom, .restoredVault, .legalHold,
                    .tooRecent, .approvalExpired, .approvalDecided, .approvalStale, .approvalTwice, .reviewOwed,
                    .rotationMissing, .rotationEnded, .rotationBusy, .rotationNotWaiting, .rotationPromoted,
                    .rotationNotPromoted, .rotationRetired, .rotationSettings, .rotationOrphaned:
                    .state
                case .valueDamaged, .keysDamaged, .memoryNotLocked, .logBroken, .logContradicted,
                    .checkpointUnreadable, .auditUnavailable, .databaseDamaged, .workerMissing, .wayUpUnknown:
                    .failure
                }
        }
    }
}
