import HashTreeCollections
import Locking
import WarderCore
import WarderLinux
import WarderModel

/// The launches there are, and which of them a process belongs to.
///
/// Lives outside the vault's state: a launch is an open connection, and outlasts a seal as its connection does.
final class LaunchBoard: Sendable {
    fileprivate struct State {
        var launches: [LaunchID: Launch] = [:]
        /// Of each user, the launches that are on or about to be.
        var ofUser: [UInt32: [Launch]] = [:]
        /// Grows with every launch that begins or ends.
        var generation: UInt64 = 1
        /// Of each user, what it was when one of theirs did last.
        var changed: [UInt32: UInt64] = [:]
    }

    /// What a process is to the launches there are.
    enum Place {
        /// Within this one, or its launcher.
        case within(Launch)
        case outside
        /// The way up from the process could not be read. Another time it may be.
        case unknown
        /// The way up is longer than is walked.
        case tooLong
    }

    /// Launches of one user: each server of a desktop client has one.
    static let perUser = 64
    /// Of all users together.
    static let maximum = 512
    /// Of those, what is for users who have none: a few users together cannot take the last place.
    static let firstOnes = 128

    private let vault: Vault
    private let state = Locked(State())

    init(_ vault: Vault) { self.vault = vault }

    /// Says whether an earlier search for a process of this user still holds. Never 0.
    func generation(of uid: UInt32) -> UInt64 { state.withLock { $0.changed[uid] ?? 1 } }

    // MARK: Processes

    /// The launch that a process belongs to: that of the nearest launcher above it. Only processes of the launcher's own
    /// user do, so that a program with privileges of its own, started in a launch, acts for nobody.
    ///
    /// `but`: one that does not count.
    func place(of process: AttestedPeer, but other: Launch? = nil) throws(AttestationError) -> Place {
        let candidates = state.withLock { $0.ofUser[process.credentials.uid, default: []] }
            .filter { $0.isOn && $0 !== other }
        switch try process.nearest(among: candidates.map(\.launcher)) {
        case .nobody: return .outside
        case .unknown: return .unknown
        case .tooLong: return .tooLong
        case .launcher(let launcher):
            guard let launch = candidates.first(where: { $0.launcher === launcher }), confirm(launch, for: process)
            else { return .outside }
            return launch.isInDoubt ? .unknown : .within(launch)
        }
    }

    /// Whether a launch still counts for a process in it, by what can be looked at for every request: its launcher
    /// lives, and, where that asks itself, runs what it ran.
    func confirm(_ launch: Launch, for process: AttestedPeer) -> Bool {
        guard launch.isOn else { return false }
        guard launch.launcher.isAlive else {
            end(launch, .launcherEnded)
            return false
        }
        return !launch.isLauncher(process) || confirmProgram(of: launch)
    }

    /// The same by everything that can have changed; for now and then, and for every connection.
    func confirmFully(_ launch: Launch) -> Bool {
        guard confirm(launch, for: launch.launcher) else { return false }
        if let ending = lookAbove(launch) {
            end(launch, ending)
            return false
        }
        if let state = vault.state,
            state.servers[launch.membership.server]?.selectors != launch.membership.conditions
        {
            end(launch, .serverChanged)
            return false
        }
        return true
    }

    /// Why a launch cannot go on because of what lies above its launcher; `nil` where it can.
    ///
    /// It may have begun while the daemon did not know of the outer one yet: after a restart of the daemon. Only what was
    /// found out is not asked again.
    private func lookAbove(_ launch: Launch) -> Launches.Ending? {
        // Before the search: what begins or ends meanwhile is searched for again.
        let generation = generation(of: launch.launcher.credentials.uid)
        guard launch.mustLookAbove(at: generation) else { return nil }
        switch (try? place(of: launch.launcher, but: launch)) ?? .unknown {
        case .outside:
            launch.foundAlone(at: generation)
            return nil
        case .within: return .nested
        case .tooLong: return .wayUpUnknown
        case .unknown: return launch.mayStayInDoubt() ? nil : .wayUpUnknown
        }
    }

    private func confirmProgram(of launch: Launch) -> Bool {
        guard launch.isReplaced else { return true }
        // It may have ended while it was looked at.
        end(launch, launch.launcher.isAlive ? .launcherReplaced : .launcherEnded)
        return false
    }

    // MARK: Launchers

    /// Whether there is a place for one more of a user who has `own`, where there are `all`.
    static func hasPlace(besides own: Int, of all: Int) -> Bool {
        own < perUser && all < (own == 0 ? maximum : maximum - firstOnes)
    }

    /// Takes a place for a launch whose event is about to be written; `nil` when it has one.
    func reserve(_ launch: Launch) -> Refusal? {
        let uid = launch.launcher.credentials.uid
        return state.withLock { state in
            let others = state.ofUser[uid, default: []]
            if others.contains(where: { $0.launcher.processIdentity == launch.launcher.processIdentity }) {
                return .launchUnderWay
            }
            guard Self.hasPlace(besides: others.count, of: state.launches.count) else { return .launchLimit }
            state.launches[launch.membership.id] = launch
            state.ofUser[uid] = others + [launch]
            return nil
        }
    }

    /// The event of a launch is on disk.
    /// - Returns: `false` where its connection has ended meanwhile; that is written down as well.
    func begin(_ launch: Launch) -> Bool {
        let isOn = state.withLock { state in
            guard state.launches[launch.membership.id] != nil, launch.begin() else { return false }
            state.change(launch.launcher.credentials.uid)
            return true
        }
        if !isOn { writeDown(launch, .closed) }
        return isOn
    }

    /// Nothing came of a launch that had a place.
    func drop(_ launch: Launch) {
        state.withLock { $0.remove(launch) }
        _ = launch.end()
    }

    /// Ends a launch: from here on nobody belongs to it, and its tokens go as soon as the vault can write it down.
    func end(_ launch: Launch, _ ending: Launches.Ending) {
        let wasOn = state.withLock { state in
            state.remove(launch)
            return launch.end()
        }
        guard wasOn else { return }
        writeDown(launch, ending)
        launch.hangUp()
    }

    /// A sealed vault writes nothing, and has no tokens.
    private func writeDown(_ launch: Launch, _ ending: Launches.Ending) {
        vault.submit(Launches.end(launch.membership, of: launch.launcher.credentials.pid, ending)) { _ in }
    }
}

extension LaunchBoard.State {
    fileprivate mutating func remove(_ launch: Launch) {
        guard launches.removeValue(forKey: launch.membership.id) != nil else { return }
        let uid = launch.launcher.credentials.uid
        ofUser[uid]?.removeAll { $0 === launch }
        if ofUser[uid]?.isEmpty ?? false { ofUser[uid] = nil }
        change(uid)
    }

    fileprivate mutating func change(_ uid: UInt32) {
        generation += 1
        changed[uid] = generation
    }
}
