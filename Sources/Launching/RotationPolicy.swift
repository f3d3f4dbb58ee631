import Glibc

/// What happens to a server when a value in its environment changes.
package enum RotationPolicy: Hashable, Sendable {
    /// It is started anew, between two calls.
    case restart
    /// It gets a signal, and asks for the value by itself.
    case signal(Int32)
    case ignore

    private static let signals = [
        "HUP": SIGHUP, "INT": SIGINT, "TERM": SIGTERM, "USR1": SIGUSR1, "USR2": SIGUSR2, "WINCH": SIGWINCH,
    ]

    /// `restart`, `ignore`, or `signal:HUP`, `INT`, `TERM`, `USR1`, `USR2`, `WINCH`.
    package init?(_ text: String) {
        switch text {
        case "restart": self = .restart
        case "ignore": self = .ignore
        default:
            guard text.hasPrefix("signal:"), let number = Self.signals[String(text.dropFirst(7))] else { return nil }
            self = .signal(number)
        }
    }
}
