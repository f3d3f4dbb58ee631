import FoundationEssentials
import Glibc
import WarderLinux

/// How a client finds the vault and how much it asks of it.
public struct WarderClientConfiguration: Sendable {
    /// Absolute path of the vault's client socket, at most 107 bytes; `nil` means `WARDER_SOCKET`, else where the vault
    /// of the machine or of this user listens.
    public var socketPath: String?
    /// Longest time one call may take, token and value together; 10 s unless changed.
    public var timeout: Duration = .seconds(10)
    /// How long a call waits for people who have to approve it; unless changed it does not, and fails as
    /// `approval_required` at once. The call itself may take `timeout` besides.
    public var approvalPatience: Duration = .zero
    /// Connections that are kept at most, each with one request at a time; 1 to 64.
    public var maximumConnections = 8
    /// Calls that may wait at the same time; one more is refused as `overloaded`.
    public var maximumCalls = 4_096
    /// Measures the life of tokens and the age of values. It must go on while the machine sleeps, as the default does.
    public var clock: any Clock<Duration> = ContinuousClock()
    /// Told when the outcome of a call could not be reported; the call itself is not disturbed. Runs where the call
    /// runs, or for a report that had to wait for the vault on the client's own thread. Of those that wait, the oldest
    /// is lost as `overloaded` where there are more than 256, and each as `closed` with the client.
    public var reportFailed: (@Sendable (WarderClientError) -> Void)?

    /// Draws from 0 ..< 1 where renewals of many processes must not fall together.
    var jitter: @Sendable () -> Double = { .random(in: 0..<1) }
    /// How long a question for changes waits at the vault, in seconds.
    var changesWait = 55
    /// How long a call waits on its own thread for an answer, in milliseconds. The thread is one of a few that all tasks
    /// of the program share.
    var directPatience: Int32 = 1
    /// The process that is running now; a client notices by it that it was forked.
    var processID: @Sendable () -> Int32 = { getpid() }

    /// The defaults, with another socket where one is given.
    public init(socketPath: String? = nil) {
        self.socketPath = socketPath
    }

    /// Whether one of the connections is for calls that ask on their own thread.
    var hasDirectLine: Bool { maximumConnections > 1 }
    /// All others.
    var pooledConnections: Int { min(max(maximumConnections, 1), 64) - (hasDirectLine ? 1 : 0) }

    /// The path to connect to.
    ///
    /// - Throws: `.invalidConfiguration` if it is relative, too long, or if this user has no place for a vault.
    func resolvedSocketPath(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(WarderClientError) -> String {
        let path: String
        if let socketPath {
            path = socketPath
        } else {
            do throws(VaultPlacesError) {
                path = try VaultPlaces.find(environment: environment).clientSocket
            } catch {
                throw WarderClientError(.invalidConfiguration)
            }
        }
        // `sun_path` has 108 bytes, and the last one is NUL.
        guard path.hasPrefix("/"), path.utf8.count <= 107, !path.utf8.contains(0) else {
            throw WarderClientError(.invalidConfiguration)
        }
        return path
    }
}
