import SystemPackage
package import UnixHTTP

extension ConnectionFault {
    /// Whether a daemon that was stopped, or is slow, looks so.
    fileprivate var isPassing: Bool {
        switch self {
        case .cannotConnect, .timedOut, .closed, .notRead: true
        case .pathTooLong, .malformed, .tooLarge: false
        }
    }
}

extension CommandFailure {
    /// Says what happened, why, and what mends it.
    package init(_ fault: ConnectionFault, socket: String) {
        let path = TerminalText.escaped(socket)
        switch fault {
        case .pathTooLong(let limit):
            self.init(
                .unreachable,
                "the socket's path is longer than the \(limit) bytes that Linux allows",
                hints: [
                    "Set a shorter one for the daemon and for this command: --socket PATH or WARDER_OPERATOR_SOCKET"
                ]
            )
        case .cannotConnect(let reason): self.init(cannotConnect: reason, path: path)
        case .timedOut:
            self.init(
                .server,
                "the vault did not answer in time",
                hints: [
                    "Whether it did what was asked is not known. Look: warder audit tail",
                    "Is it busy? Try: systemctl status warderd; journalctl -u warderd",
                ]
            )
        case .closed:
            self.init(
                .server,
                "the vault closed the connection before it had answered",
                hints: ["Whether it did what was asked is not known. Try: warder status; warder audit tail"]
            )
        case .notRead:
            self.init(
                .server,
                "the vault closed the connection without reading the request",
                hints: ["Nothing was done. Is it going down, or too busy? Try: warder status"]
            )
        case .malformed: self = .malformedAnswer
        case .tooLarge:
            self.init(.server, "the vault's answer is longer than this command takes", hints: ["Ask for less: --limit"])
        }
        isPassing = fault.isPassing
    }

    private init(cannotConnect reason: Errno, path: String) {
        let start =
            "Is warderd running? Try: systemctl status warderd (a vault of your own: systemctl --user status warderd)"
        switch reason {
        case .noSuchFileOrDirectory:
            self.init(
                .unreachable,
                "cannot reach the vault: there is no socket at \(path)",
                hints: [
                    start,
                    "Is it somewhere else? Try: --socket PATH or WARDER_OPERATOR_SOCKET; warder doctor looks closer",
                ]
            )
        case .connectionRefused:
            self.init(
                .unreachable,
                "cannot reach the vault: nobody listens at \(path), the daemon that made it is gone",
                hints: [start]
            )
        case .permissionDenied, .notPermitted:
            self.init(
                .unreachable,
                "cannot reach the vault: you may not open \(path)",
                hints: [
                    "Operators are in the group warder. Try: sudo usermod -aG warder \"$USER\", then log in again",
                    "Which group it is, and whether you are in it: warder doctor",
                ]
            )
        default:
            self.init(
                .unreachable,
                "cannot reach the vault at \(path): \(SystemReason.text(reason))",
                hints: [start]
            )
        }
    }
}
