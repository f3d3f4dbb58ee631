package import WarderWire

/// How a command ended, for scripts. A contract: numbers are only ever added.
package enum ExitStatus: Int32, CaseIterable, Sendable {
    /// It did what was asked.
    case done = 0
    /// The command line, a file or an answer of the person was not usable; nothing was asked of the vault, or the vault
    /// could not make sense of it.
    case usage = 1
    /// The vault failed, is too busy, or answered with something that this command does not know.
    case server = 2
    /// There is no such thing.
    case notFound = 3
    /// The vault has no key, or was never set up.
    case sealed = 4
    /// The vault said no, or would, as `explain` found.
    case denied = 5
    /// The call waits for somebody's approval, or would.
    case approvalPending = 6
    /// The state is not the one that the command assumed.
    case conflict = 7
    /// No connection to the daemon.
    case unreachable = 8
    /// The event could not be written, so nothing was done.
    case auditUnavailable = 9
    /// A signature, proof or backup does not hold.
    case verificationFailed = 10
    /// `doctor` found something at or above the threshold, `report` what it was told to fail on, `plan --check` a change,
    /// `rehearse` misuse that was not refused or not recorded; `doctor --deep` and `rescue` found damage, or their `--save`
    /// what could not be saved.
    case findings = 11
    /// A rotation stopped half-way and needs a person.
    case rotationNeedsAttention = 12
    /// `audit find-leak`: the value was stored here.
    case valueFound = 13
    /// The person pressed Ctrl-C at a prompt; as shells have it, 128 and the number of the signal.
    case interrupted = 130
}

extension ExitStatus {
    /// `warder status` says the state by itself: 0 is unsealed, 1 an error of any kind, 2 sealed or never set up.
    package static let statusUnsealed = ExitStatus.done
    package static let statusFailed = ExitStatus.usage
    package static let statusSealed = ExitStatus.server

    /// The one mapping from what the vault answers. A code that this version does not know counts as a server error.
    package init(_ code: ErrorCode) {
        switch code {
        case .invalidRequest, .tooLarge: self = .usage
        case .notFound: self = .notFound
        case .sealed, .notInitialised: self = .sealed
        case .denied, .tokenInvalid, .approvalDenied, .presenceRequired, .wrongPassphrase, .restoredVault:
            self = .denied
        case .approvalRequired: self = .approvalPending
        case .conflict: self = .conflict
        case .auditUnavailable: self = .auditUnavailable
        // The command and the daemon are of different versions, or the vault cannot serve anybody now.
        case .methodNotAllowed, .unsupportedMediaType, .rateLimited, .internalError, .unavailable: self = .server
        default: self = .server
        }
    }
}
