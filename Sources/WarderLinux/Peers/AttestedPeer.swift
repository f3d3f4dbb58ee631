import CWarderLinux
import Glibc
import Locking
import SystemPackage
package import WarderModel

/// The process on the other end of one connection, held by handles that cannot come to mean another process.
///
/// The handles are closed with the last reference. Besides the socket a connection costs three descriptors, and a
/// fourth while it is opened.
package final class AttestedPeer: Sendable {
    /// What the last look found, so that an unchanged peer costs no parsing.
    private struct Memory {
        var controlGroup: [UInt8] = []
        var unit: String?
    }

    /// What the socket itself says; fixed at connect(2).
    package let credentials: PeerCredentials
    /// What stays the same for as long as the process lives.
    private let identity: Peer
    private let pidfd: Descriptor?
    private let process: ProcessDirectory?
    private let inspector: ExecutableInspector
    private let memory = Locked(Memory())

    init(
        credentials: PeerCredentials,
        identity: Peer,
        pidfd: Descriptor?,
        process: ProcessDirectory?,
        inspector: ExecutableInspector
    ) {
        self.credentials = credentials
        self.identity = identity
        self.pidfd = pidfd
        self.process = process
        self.inspector = inspector
    }

    /// The level that was reached when the connection was accepted.
    package var attestation: Peer.Attestation { identity.attestation }

    /// The process, whatever it does; nothing of this changes while it lives.
    package var processIdentity: ProcessIdentity { identity.process }

    /// Looks at the process again and says what it is now. Call it for every request.
    ///
    /// Nothing is believed before the process was seen alive behind the last read, so that an answer is about the
    /// process that connected, or there is none.
    ///
    /// - Throws: `.processEnded` when it has gone, even though others may hold the connection open;
    ///   `.outOfDescriptors`; `.kernel`.
    package func attest(needs: Set<AttestationNeed>) throws(AttestationError) -> Peer {
        var peer = identity
        if let process {
            peer.unit = try unit(of: process)
            if !needs.isEmpty {
                peer.executable = try inspector.inspect(process, hash: needs.contains(.executableHash))
            }
        }
        try confirmAlive()
        return peer
    }

    /// Whether `attest(needs:)` would have to read an executable from disk, up to the size limit.
    ///
    /// Then call it where blocking for a second is acceptable, not on an event loop.
    package func mustHash(for needs: Set<AttestationNeed>) -> Bool {
        guard needs.contains(.executableHash), let process else { return false }
        return inspector.mustRead(process)
    }

    /// The process that started it, or that has adopted it since. Read by handles that mean this very process, and
    /// believed because it was alive behind that.
    ///
    /// - Throws: `.processEnded`, also where there are no handles and nothing could be believed; `.kernel`.
    package func parent() throws(AttestationError) -> Int32 {
        guard let process else { throw .processEnded }
        let parent: Int32
        do throws(Errno) { parent = try process.parent() } catch { throw AttestationError(.processDirectory, error) }
        try confirmAlive()
        return parent
    }

    /// What is known of the way up from a process.
    package enum Above: Sendable {
        /// The nearest launcher, which may be the process itself.
        case launcher(AttestedPeer)
        case nobody
        /// The way keeps changing, or `/proc` does not tell. Another time it may be known.
        case unknown
        /// The way is longer than is walked.
        case tooLong
    }

    /// The nearest of these launchers that is this process, or one above it.
    ///
    /// What it finds stays true for as long as the launcher lives, where that adopts what loses its parent below it
    /// (`Descendants.adopt`): a process cannot leave, and none from outside can get in.
    ///
    /// - Throws: `.processEnded` when this process has gone; `.outOfDescriptors`.
    package func nearest(among launchers: [AttestedPeer]) throws(AttestationError) -> Above {
        if launchers.isEmpty { return .nobody }
        guard let process else { return .unknown }
        let byNumber = Dictionary(launchers.map { ($0.identity.pid, $0) }) { $0.isAlive ? $0 : $1 }
        if let own = byNumber[identity.pid], own.identity.process == identity.process { return .launcher(own) }
        for _ in 0..<Ancestry.attempts {
            do throws(Errno) {
                switch try Ancestry.search(above: process, for: Set(byNumber.keys)) {
                case .top: return .nobody
                case .tooFar: return .tooLong
                case .met(let number):
                    guard let launcher = byNumber[number] else { return .unknown }
                    // Alive behind the walk, it is the process that was met on the way: nobody else had its number. Where
                    // another process has that now, another launcher may lie above it.
                    try launcher.confirmAlive(orThrow: .noSuchProcess)
                    try confirmAlive(orThrow: .noSuchProcess)
                    return .launcher(launcher)
                }
            } catch {
                if error.meansNoDescriptors { throw .outOfDescriptors }
                try confirmAlive()
                // A process on the way has ended, and its children have another parent now.
            }
        }
        return .unknown
    }

    /// Whether the process is plainly there.
    package var isAlive: Bool { (try? confirmAlive()) != nil }

    private func confirmAlive(orThrow reason: Errno) throws(Errno) {
        if !isAlive { throw reason }
    }

    private func unit(of process: ProcessDirectory) throws(AttestationError) -> String? {
        do throws(Errno) {
            guard let text = try process.controlGroups() else { return nil }
            return memory.withLock { memory in
                if memory.controlGroup != text {
                    memory.unit = ControlGroup.unit(in: text)
                    memory.controlGroup = text
                }
                return memory.unit
            }
        } catch {
            if error == .noSuchProcess || error == .noSuchFileOrDirectory { throw .processEnded }
            throw AttestationError(.controlGroup, error)
        }
    }

    /// - Throws: `.processEnded` unless the process that connected is plainly alive at this moment.
    func confirmAlive() throws(AttestationError) {
        do throws(Errno) {
            if let pidfd {
                guard try checked(warder_pidfd_ended(pidfd.number)) == 0 else { throw Errno.noSuchProcess }
            } else if identity.attestation == .starttime, let process {
                let now = try process.status()
                guard now.startTime == identity.startTime, !now.hasEnded else { throw Errno.noSuchProcess }
            } else if !processExists(identity.pid) {
                // All that can be said without a handle: the number is not in use.
                throw Errno.noSuchProcess
            }
        } catch {
            if error == .noSuchProcess { throw .processEnded }
            throw AttestationError(.liveness, error)
        }
    }
}

/// Whether any process has this number, visible in `/proc` or not.
func processExists(_ pid: Int32) -> Bool {
    kill(pid, 0) == 0 || errno != ESRCH
}
