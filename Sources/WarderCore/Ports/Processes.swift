package import WarderModel

/// Which processes are still there. The kernel knows.
package protocol Processes: Sendable {
    /// Whether a process has ended for certain. `false` where it cannot be said.
    func hasEnded(_ process: ProcessIdentity) -> Bool
}

/// Knows of no process that has ended.
package struct UnwatchedProcesses: Processes {
    package init() {}

    package func hasEnded(_ process: ProcessIdentity) -> Bool { false }
}
