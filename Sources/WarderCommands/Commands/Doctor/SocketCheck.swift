import Glibc
import SystemPackage
import UnixHTTP
import WarderModel
import WarderWire

/// Whether the daemon can be reached, and if not, which of the reasons it is.
struct SocketCheck {
    private static let start =
        "systemctl start warderd (a vault of your own: systemctl --user start warderd, or make run)"

    let path: String

    var findings: [Findings.Finding] {
        var status = stat()
        if unsafe lstat(path, &status) != 0 {
            switch Errno(rawValue: errno) {
            case .noSuchFileOrDirectory, .notDirectory:
                return [error("socket_missing", "there is no operator socket at \(path)", Self.start)]
            case .permissionDenied:
                return [
                    error(
                        "socket_hidden",
                        "you may not enter the directory of \(path)",
                        "sudo usermod -aG warder \"$USER\", then log in again"
                    )
                ]
            case let reason:
                return [error("socket_unusable", "\(path) cannot be looked at: \(reason)", Self.start)]
            }
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            return [error("socket_wrong", "\(path) is not a socket", "move it away, and start warderd again")]
        }
        do throws(ConnectionFault) {
            _ = try UnixSocket(path: path, timeoutSeconds: 5)
            return []
        } catch {
            return [finding(for: error, status)]
        }
    }

    private func finding(for fault: ConnectionFault, _ status: stat) -> Findings.Finding {
        switch fault {
        case .pathTooLong(let limit):
            error(
                "socket_path_too_long",
                "\(path) is longer than the \(limit) bytes that Linux allows",
                "set a shorter path: WARDER_OPERATOR_SOCKET"
            )
        case .cannotConnect(.connectionRefused):
            error("daemon_gone", "nobody listens at \(path): the daemon that made it is gone", Self.start)
        case .cannotConnect(.permissionDenied):
            notAdmitted(status)
        case .cannotConnect(let reason):
            error("socket_unusable", "\(path) does not take connections: \(reason)", "systemctl status warderd")
        case .timedOut, .closed, .notRead, .malformed, .tooLarge:
            error("socket_unusable", "\(path) does not take connections", "systemctl status warderd")
        }
    }

    private func notAdmitted(_ status: stat) -> Findings.Finding {
        let group = TerminalText.escaped(Accounts.groupName(status.st_gid))
        guard status.st_mode & 0o020 != 0 else {
            return error(
                "socket_closed",
                "\(path) admits its owner only",
                "use the account that runs warderd, or make the socket's group an operators' group"
            )
        }
        return Accounts.isMember(of: status.st_gid)
            ? error(
                "socket_refused",
                "you are in the group \(group), and \(path) refuses you all the same",
                "ls -ld \(ShellWord.quoted(path))"
            )
            : error(
                "not_in_group",
                "you are not in the group \(group), which may open \(path)",
                "sudo usermod -aG \(group) \"$USER\", then log in again (for this shell alone: newgrp \(group))"
            )
    }

    private func error(_ code: String, _ message: String, _ remedy: String) -> Findings.Finding {
        Findings.Finding(severity: "error", code: code, message: message, remedy: remedy)
    }
}
