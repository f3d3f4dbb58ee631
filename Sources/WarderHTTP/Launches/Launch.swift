import Locking
import WarderCore
import WarderLinux
import WarderModel

/// A server that a launcher has started, for as long as its connection is open.
final class Launch: Sendable {
    private enum Stage {
        /// Its event is being written.
        case starting
        case on
        case over
    }

    let membership: LaunchMembership
    let launcher: AttestedPeer
    /// What the launcher runs, where the kernel lets the daemon see it.
    private let program: FileIdentity?
    /// Whether what the launcher starts speaks for the server; else only the launcher does, and whatever it starts gets
    /// nothing.
    let admitsMembers: Bool
    /// Ends the launcher's connection. On any thread.
    let hangUp: @Sendable () -> Void
    private let stage = Locked(Stage.starting)
    private let above = Locked(Above())

    /// What is known of whether the launcher lies within another launch.
    private struct Above {
        /// Of the launches, when it was last found out.
        var generation: UInt64 = 0
        /// How often in a row it could not be since.
        var doubts = 0
    }

    /// Looks in a row, twice a second, that may leave open what lies above. A way up becomes shorter as processes on it
    /// end, and changes under the walker for as long as that takes; a launch that lies in another one must not go on by it.
    private static let mostDoubts = 4

    private struct FileIdentity: Equatable {
        let device: UInt64
        let inode: UInt64

        init?(_ launcher: AttestedPeer) {
            guard let file = try? launcher.attest(needs: [.executablePath]).executable else { return nil }
            (device, inode) = (file.device, file.inode)
        }
    }

    init(
        _ membership: LaunchMembership,
        launcher: AttestedPeer,
        admitsMembers: Bool,
        hangUp: @escaping @Sendable () -> Void
    ) {
        self.membership = membership
        self.launcher = launcher
        self.admitsMembers = admitsMembers
        self.hangUp = hangUp
        program = FileIdentity(launcher)
    }

    var isOn: Bool { stage.withLock { $0 == .on } }

    /// `false` where it has ended meanwhile.
    func begin() -> Bool {
        stage.withLock { stage in
            if stage == .starting { stage = .on }
            return stage == .on
        }
    }

    /// - Returns: whether it was on until now.
    func end() -> Bool {
        stage.withLock { stage in
            defer { stage = .over }
            return stage == .on
        }
    }

    /// Whether launches of its user have begun or ended since it was last found out what lies above the launcher.
    func mustLookAbove(at generation: UInt64) -> Bool { above.withLock { $0.generation != generation } }

    /// Nothing lies above that counts.
    func foundAlone(at generation: UInt64) { above.withLock { $0 = Above(generation: generation) } }

    /// Whether it could not be found out, when that was tried last, what lies above: then nobody in it gets anything.
    var isInDoubt: Bool { above.withLock { $0.doubts > 0 } }

    /// It could not be found out what lies above.
    /// - Returns: whether it may go on all the same until the next look.
    func mayStayInDoubt() -> Bool {
        above.withLock { above in
            above.doubts += 1
            return above.doubts < Self.mostDoubts
        }
    }

    /// Whether the launcher runs another program than at the beginning, or what it runs cannot be seen any more.
    var isReplaced: Bool { program != nil && program != FileIdentity(launcher) }

    func isLauncher(_ process: AttestedPeer) -> Bool { process.processIdentity == launcher.processIdentity }

    /// What a process below its launcher, or the launcher itself, is in it.
    func membership(of process: AttestedPeer) -> LaunchMembership {
        LaunchMembership(
            id: membership.id,
            server: membership.server,
            conditions: membership.conditions,
            part: isLauncher(process) ? .launcher : admitsMembers ? .member : .outsider
        )
    }
}
