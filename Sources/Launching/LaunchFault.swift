package import SystemPackage
package import UnixHTTP
package import WarderWire

/// Why a server was not started, or was ended.
package enum LaunchFault: Error {
    /// What was asked of the vault.
    package enum Request: Equatable, Sendable {
        case launch
        /// The value of this variable.
        case variable(EnvironmentSecret)
    }

    /// No answer of the daemon.
    case unreachable(ConnectionFault)
    /// The vault said no.
    case refused(ErrorCode, Request, requestID: String)
    /// What came is no answer of the vault.
    case malformed
    /// There is no memory for a secret that is kept from disk.
    case memory
    /// A value with a NUL in it, which no environment can hold.
    case unfitValue(EnvironmentSecret)
    /// The program cannot be started.
    case program(Errno)
    /// The kernel refused something that a launcher needs.
    case kernel(Errno)
    /// The server, started anew, does not go on with the session.
    case lostSession

    /// Whether the vault said no, and will until somebody changes something in it.
    package var isRefusal: Bool {
        if case .refused = self { !isPassing } else { false }
    }

    /// Whether the vault looked at it and put it off, which mostly stands in its log each time.
    var isPutOff: Bool {
        if case .refused(let code, _, _) = self {
            [.unavailable, .rateLimited, .conflict].contains(code)
        } else {
            false
        }
    }

    /// Whether another try may end otherwise without anybody doing anything about it in the vault.
    package var isPassing: Bool {
        switch self {
        case .unreachable: true
        case .refused(let code, _, _):
            [.sealed, .unavailable, .rateLimited, .auditUnavailable, .restoredVault, .conflict].contains(code)
        case .malformed, .memory, .unfitValue, .program, .kernel, .lostSession: false
        }
    }
}
