package import SystemPackage

/// What went wrong between a program and the daemon.
package enum ConnectionFault: Error, Equatable {
    /// The socket's path does not fit into a socket address; the limit is in bytes.
    case pathTooLong(limit: Int)
    /// `connect` failed.
    case cannotConnect(Errno)
    /// No bytes for too long.
    case timedOut
    /// The daemon went away before the answer was complete.
    case closed
    /// The daemon went away without having read the request, which therefore did nothing.
    case notRead
    /// The answer is not HTTP as the vault speaks it.
    case malformed
    /// The answer is longer than the caller takes.
    case tooLarge
}
