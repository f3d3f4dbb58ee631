/// The stable name of a failure. Programs decide by it; the message beside it is for people and may change.
public struct ErrorCode: RawRepresentable, Hashable, Sendable, Codable {
    /// The code as it stands in the answer.
    public let rawValue: String

    /// Takes any code: one that this version does not know is kept as it is.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The request is not well formed; sending it again changes nothing. 400.
    public static let invalidRequest = ErrorCode(rawValue: "invalid_request")
    /// No token, or none that works from this process. 401.
    public static let tokenInvalid = ErrorCode(rawValue: "token_invalid")
    /// The vault said no. 403.
    public static let denied = ErrorCode(rawValue: "denied")
    /// The call needs somebody's approval. 403.
    public static let approvalRequired = ErrorCode(rawValue: "approval_required")
    /// Somebody said no to the call. 403.
    public static let approvalDenied = ErrorCode(rawValue: "approval_denied")
    /// A person must prove to be there. 403; operator socket only.
    public static let presenceRequired = ErrorCode(rawValue: "presence_required")
    /// The passphrase or key does not open anything. 403; operator socket only.
    public static let wrongPassphrase = ErrorCode(rawValue: "wrong_passphrase")
    /// There is no such thing, or none for you. 404.
    public static let notFound = ErrorCode(rawValue: "not_found")
    /// The route does not know this method. 405.
    public static let methodNotAllowed = ErrorCode(rawValue: "method_not_allowed")
    /// The state is not the one that the request assumed. 409.
    public static let conflict = ErrorCode(rawValue: "conflict")
    /// More bytes than the route takes. 413.
    public static let tooLarge = ErrorCode(rawValue: "too_large")
    /// The body is not `application/json`, or it is compressed. 415.
    public static let unsupportedMediaType = ErrorCode(rawValue: "unsupported_media_type")
    /// Too many requests; `Retry-After` says when to come back. 429.
    public static let rateLimited = ErrorCode(rawValue: "rate_limited")
    /// A fault of the vault's own. 500.
    public static let internalError = ErrorCode(rawValue: "internal")
    /// The event could not be written, so nothing was done or released. 503.
    public static let auditUnavailable = ErrorCode(rawValue: "audit_unavailable")
    /// The vault has no key. 503.
    public static let sealed = ErrorCode(rawValue: "sealed")
    /// The vault came from a backup, and nobody has released it yet. 503.
    public static let restoredVault = ErrorCode(rawValue: "restored_vault")
    /// The vault was never set up. 503.
    public static let notInitialised = ErrorCode(rawValue: "not_initialised")
    /// The vault is too busy or going down. 503.
    public static let unavailable = ErrorCode(rawValue: "unavailable")
}

/// The body of every failed answer: `{"error":{"code":…,"message":…,"request_id":…}}`.
public struct ErrorBody: Codable, Sendable {
    /// What happened.
    public var error: Failure

    /// A failure for programs, for people, and for whoever looks it up in the log.
    public struct Failure: Codable, Sendable {
        /// For programs.
        public var code: ErrorCode
        /// For people; never quotes what was sent.
        public var message: String
        /// Why, in the words of the log; on the operator socket only.
        public var reason: String?
        /// Names the event in the log.
        public var requestID: String

        enum CodingKeys: String, CodingKey {
            case code, message, reason
            case requestID = "request_id"
        }

        /// Puts a failure together.
        public init(code: ErrorCode, message: String, reason: String? = nil, requestID: String) {
            self.code = code
            self.message = message
            self.reason = reason
            self.requestID = requestID
        }
    }

    /// Wraps a failure.
    public init(error: Failure) { self.error = error }
}
