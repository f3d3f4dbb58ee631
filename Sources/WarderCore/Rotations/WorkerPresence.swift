/// Whether anybody does what rotators are asked to do, and who sees to it.
package struct WorkerPresence: Sendable, Equatable {
    /// What the daemon started before it opened the vault, to keep a worker running. It starts no other one: by then
    /// keys are in its memory.
    package enum Keeper: String, Sendable, CaseIterable {
        case running
        case ended
        /// There was no program to start.
        case missing
    }

    /// Connections over which a worker has asked for work.
    package let connections: Int
    /// `nil` where somebody else starts the worker, as a service manager does.
    package let keeper: Keeper?

    package init(connections: Int, keeper: Keeper?) {
        self.connections = connections
        self.keeper = keeper
    }

    /// What is wrong with it whether anything is to be rotated or not.
    package var diagnosis: Diagnosis? {
        switch keeper {
        case .running, nil: nil
        case .ended:
            Diagnosis(
                .error,
                "worker_ended",
                "What keeps warder-worker running has ended: no program and no server gets a new credential.",
                remedy: "Restart the daemon, which starts it anew and is sealed then; open it: warder unseal"
            )
        case .missing:
            Diagnosis(
                .warning,
                "worker_not_installed",
                "There is no warder-worker beside warderd: no program and no server gets a new credential.",
                remedy: "Install it there, and restart the daemon, which is sealed then; open it: warder unseal"
            )
        }
    }
}
