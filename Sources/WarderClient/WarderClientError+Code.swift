extension WarderClientError {
    /// The stable name of a failure. The set is closed: what a newer vault may say beyond it is ``unknown``.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        let kind: Kind

        /// The vault said no.
        public static let refused = Code(kind: .refused)
        /// The vault wants somebody's approval first.
        public static let approvalRequired = Code(kind: .approvalRequired)
        /// Somebody said no to this call.
        public static let approvalDenied = Code(kind: .approvalDenied)
        /// There is no such secret, field or tool, or none for this process.
        public static let notFound = Code(kind: .notFound)
        /// The vault did not accept a token, nor the new one that replaced it.
        public static let tokenInvalid = Code(kind: .tokenInvalid)
        /// The vault has no key: an operator must unseal it.
        public static let sealed = Code(kind: .sealed)
        /// The vault came from a backup and waits for an operator to release it.
        public static let restoredVault = Code(kind: .restoredVault)
        /// The vault was never set up.
        public static let notInitialised = Code(kind: .notInitialised)
        /// Nobody answers at the socket, or the connection was lost before the whole answer was there.
        public static let unreachable = Code(kind: .unreachable)
        /// The vault took longer than the configured time; what it did is not known.
        public static let timedOut = Code(kind: .timedOut)
        /// The vault has had too many requests; see ``WarderClientError/retryAfter``.
        public static let rateLimited = Code(kind: .rateLimited)
        /// Too many calls of this client wait already; the vault was not asked.
        public static let overloaded = Code(kind: .overloaded)
        /// The vault is too busy, or going down.
        public static let unavailable = Code(kind: .unavailable)
        /// The vault could not write its log, and so released nothing.
        public static let auditUnavailable = Code(kind: .auditUnavailable)
        /// A fault of the vault's own.
        public static let vaultFault = Code(kind: .vaultFault)
        /// The call is not well formed: a name, a digest, arguments beyond the limit.
        public static let invalidRequest = Code(kind: .invalidRequest)
        /// The socket's path cannot be used.
        public static let invalidConfiguration = Code(kind: .invalidConfiguration)
        /// Whoever answers at the socket does not speak as the vault does.
        public static let protocolViolation = Code(kind: .protocolViolation)
        /// There is no protected memory left for a value.
        public static let noSecretMemory = Code(kind: .noSecretMemory)
        /// The calling task was cancelled; the vault may have answered nevertheless.
        public static let cancelled = Code(kind: .cancelled)
        /// The client was closed.
        public static let closed = Code(kind: .closed)
        /// The vault gave a code that this version does not know; see ``WarderClientError/serverCode``.
        public static let unknown = Code(kind: .unknown)

        /// The name in snake case, the same in every client library.
        public var description: String { kind.rawValue }

        enum Kind: String, CaseIterable, Sendable {
            case refused
            case approvalRequired = "approval_required"
            case approvalDenied = "approval_denied"
            case notFound = "not_found"
            case tokenInvalid = "token_invalid"
            case sealed
            case restoredVault = "restored_vault"
            case notInitialised = "not_initialised"
            case unreachable
            case timedOut = "timed_out"
            case rateLimited = "rate_limited"
            case overloaded
            case unavailable
            case auditUnavailable = "audit_unavailable"
            case vaultFault = "vault_fault"
            case invalidRequest = "invalid_request"
            case invalidConfiguration = "invalid_configuration"
            case protocolViolation = "protocol_violation"
            case noSecretMemory = "no_secret_memory"
            case cancelled
            case closed
            case unknown
        }
    }
}

extension WarderClientError.Code.Kind {
    /// What a person should know or do.
    var meaning: String {
        switch self {
        case .refused: "the vault refused; `warder audit search --where request_id=…` says why"
        case .approvalRequired: "the call needs an approval"
        case .approvalDenied: "somebody said no to this call"
        case .notFound: "no such secret, field or tool for this process"
        case .tokenInvalid: "the vault accepts no token from this process"
        case .sealed: "the vault is sealed; an operator must run `warder unseal`"
        case .restoredVault: "the vault was restored from a backup; an operator must run `warder backup release`"
        case .notInitialised: "the vault was never set up; run `warder init`"
        case .unreachable: "no answer at the vault's socket; is warderd running, and may this user open the socket?"
        case .timedOut: "the vault did not answer in time"
        case .rateLimited: "too many requests"
        case .overloaded: "too many calls of this process wait for the vault"
        case .unavailable: "the vault is busy or going down"
        case .auditUnavailable: "the vault cannot write its log and releases nothing"
        case .vaultFault: "a fault in the vault"
        case .invalidRequest: "the call is not well formed"
        case .invalidConfiguration: "the path of the vault's socket cannot be used"
        case .protocolViolation: "whoever answers at the socket is not a vault that this version understands"
        case .noSecretMemory: "no protected memory is left"
        case .cancelled: "the calling task was cancelled"
        case .closed: "the client is closed"
        case .unknown: "the vault gave a code that this version does not know"
        }
    }
}
