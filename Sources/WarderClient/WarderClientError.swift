public import WarderWire

/// Why a call to the vault gave no credential.
///
/// ``isRefusal`` and ``isRetryable`` never hold together: somebody said no, or nobody could be asked. An error holds no
/// value, no token, no name and no text that the vault sent, so it may be logged and shown.
public struct WarderClientError: Error, Hashable, Sendable {
    /// What happened.
    public let code: Code
    /// The code in the vault's own words where it answered; keeps codes that this version does not know.
    public let serverCode: ErrorCode?
    /// The approval that the call waits for, where the vault named one: it says later what people decided.
    public let approval: String?
    /// Names the event in the vault's log.
    public let requestID: String?
    /// How long the vault asks to wait, at most an hour.
    public let retryAfter: Duration?
    /// The `errno` of a connection that could not be opened.
    public let systemError: Int32?

    init(
        _ code: Code,
        serverCode: ErrorCode? = nil,
        approval: String? = nil,
        requestID: String? = nil,
        retryAfter: Duration? = nil,
        systemError: Int32? = nil
    ) {
        self.code = code
        self.serverCode = serverCode
        self.approval = approval
        self.requestID = requestID
        self.retryAfter = retryAfter
        self.systemError = systemError
    }

    /// Whether the vault answered, and the answer was no: asking again changes nothing until an operator changes
    /// something.
    public var isRefusal: Bool {
        switch code.kind {
        case .refused, .approvalRequired, .approvalDenied, .notFound, .tokenInvalid, .restoredVault: true
        case .sealed, .notInitialised, .unreachable, .timedOut, .rateLimited, .overloaded, .unavailable,
            .auditUnavailable,
            .vaultFault, .invalidRequest, .invalidConfiguration, .protocolViolation, .noSecretMemory, .cancelled,
            .closed,
            .unknown:
            false
        }
    }

    /// Whether the same call may succeed later, without any change to the call or to what the tool may do.
    public var isRetryable: Bool {
        switch code.kind {
        case .sealed, .notInitialised, .unreachable, .timedOut, .rateLimited, .overloaded, .unavailable,
            .auditUnavailable:
            true
        case .refused, .approvalRequired, .approvalDenied, .notFound, .tokenInvalid, .restoredVault, .vaultFault,
            .invalidRequest, .invalidConfiguration,
            .protocolViolation, .noSecretMemory, .cancelled, .closed, .unknown:
            false
        }
    }
}

extension WarderClientError: CustomStringConvertible {
    /// One line for a person: the code, what it means, and where to look it up.
    public var description: String {
        var text = "\(code): \(code.kind.meaning)"
        if let systemError { text += " (errno \(systemError))" }
        if let retryAfter { text += " (try again in \(retryAfter.components.seconds) s)" }
        if let approval { text += " (\(approval))" }
        if let requestID { text += " [request \(requestID)]" }
        return text
    }
}
