import SystemPackage
import ToolDefinitions

/// Why a server's tools could not be listed.
enum MCPFault: Error {
    case notStarted(Errno)
    /// It ended, or closed its output, before it had answered.
    case ended
    case timedOut(seconds: Int)
    case lineTooLong(limit: Int)
    case tooMuch(limit: Int)
    /// It answered the handshake with an error.
    case refused
    case list(ToolListError)
    case cursorTwice
    case tooManyPages(limit: Int)
    case keepsChanging
}

extension CommandFailure {
    /// `errors`: the last of what the server wrote to its standard error.
    init(_ fault: MCPFault, errors: String) {
        let message =
            switch fault {
            case .notStarted(let reason): "the server cannot be started: \(SystemReason.text(reason))"
            case .ended: "the server ended before it had answered"
            case .timedOut(let seconds): "the server did not answer within \(seconds) seconds"
            case .lineTooLong(let limit): "the server wrote a line of more than \(limit) bytes"
            case .tooMuch(let limit): "the server wrote more than \(limit) bytes"
            case .refused: "the server refused to begin"
            case .list(let error): "\(error)"
            case .cursorTwice: "the server's pages lead in a circle"
            case .tooManyPages(let limit): "the server's list has more than \(limit) pages"
            case .keepsChanging: "the server's tools change while they are listed"
            }
        var hints: [String] = []
        if !errors.isEmpty { hints.append("It wrote: \(TerminalText.escaped(errors))") }
        if case .timedOut = fault { hints.append("If it only needs longer to start: --timeout SECONDS") }
        self = .usage(message, hints: hints)
    }
}
