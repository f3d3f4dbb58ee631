package import SystemPackage

/// Why a peer was not attested. Safe to print: it holds nothing that the peer chose.
package enum AttestationError: Error, Hashable, Sendable {
    /// What the daemon was doing when the kernel refused.
    package enum Step: String, Hashable, Sendable {
        case credentials, groups, pidfd, processDirectory, startTime, controlGroup, executable, liveness
    }

    /// The socket has no peer process that this daemon can see: no Unix socket, or the daemon runs in a PID namespace.
    case noPeerProcess
    /// The user or group of the peer has no number in the daemon's user namespace.
    case unmappedIdentity
    /// The process that connected has ended, reaped or not.
    case processEnded
    /// No descriptors left in the process or the system: drop the connection and go on accepting.
    case outOfDescriptors
    /// Any other refusal of the kernel.
    case kernel(Step, Errno)

    init(_ step: Step, _ reason: Errno) {
        self = reason.meansNoDescriptors ? .outOfDescriptors : .kernel(step, reason)
    }
}
