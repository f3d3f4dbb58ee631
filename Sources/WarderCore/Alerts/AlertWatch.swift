import Alerting
import HashTreeCollections
import Locking
import WarderModel

/// Holds the rules against every event that is on disk, and what they found until that is on disk as well.
///
/// On the writer's thread, after the commit: an alert never speaks of what did not happen, and no event is missed.
final class AlertWatch: Sendable {
    private struct State {
        var lookout: Lookout?
        var found: [Alert.Key: Sightings] = [:]
        /// When something was last written down at once because a server was to be blocked, in milliseconds since boot.
        var pressed: [Alert.Key: Int64] = [:]

        /// Whether a server's findings are to be written down at once again.
        mutating func presses(_ key: Alert.Key, at uptime: Int64) -> Bool {
            if let last = pressed[key], (0..<AlertWatch.rhythm).contains(uptime - last) { return false }
            pressed[key] = uptime
            return true
        }
    }

    /// How often one server's findings of a rule are written down at once while it is not blocked, in milliseconds:
    /// as often as everything else is.
    fileprivate static let rhythm: Int64 = 5000

    private let state = Locked(State())

    /// The vault is open.
    func open(_ vault: VaultState, at uptime: Int64) {
        state.withLock { state in
            let habits = vault.habits.map { ($0.key, $0.value.habit) }
            var lookout = Lookout(Dictionary(uniqueKeysWithValues: habits), at: uptime)
            lookout.configure(vault.policies.reduce(into: [:]) { $0[$1.key] = $1.value.settings })
            state.lookout = lookout
        }
    }

    /// The vault is sealed. What was found stays, to be written down once it is open.
    func close() { state.withLock { $0.lookout = nil } }

    /// Rules were set.
    func configure(_ vault: VaultState) {
        state.withLock { $0.lookout?.configure(vault.policies.reduce(into: [:]) { $0[$1.key] = $1.value.settings }) }
    }

    /// - Returns: whether there is something to write down at once: what no open alert speaks of yet, and what a server
    ///   is to be blocked for.
    func see(_ events: [(sequence: UInt64, event: Event)], _ vault: VaultState, at uptime: Int64) -> Bool {
        state.withLock { state in
            var isNew = false
            for (sequence, event) in events {
                let seen = Observation(
                    event,
                    sequence: sequence,
                    uptime: uptime,
                    standing: vault.standing(of: event),
                    isDecoy: event.secret.map { vault.secrets[$0]?.isDecoy ?? false } ?? false
                )
                guard let findings = state.lookout?.see(seen) else { return false }
                for finding in findings {
                    let key = vault.place(of: Alert.Key(rule: finding.rule, subject: finding.subject))
                    // Users who cannot be told apart any more are found together.
                    let isKnown = state.found[key] != nil || state.found.count < Alerts.maximumKept
                    let place = isKnown ? key : Alert.Key(rule: finding.rule, subject: .severalUsers)
                    state.found[place, default: Sightings()].add(finding)
                    if vault.openAlerts[place] == nil {
                        isNew = true
                    } else if vault.blocksItself(place, at: event.time), state.presses(place, at: uptime) {
                        isNew = true
                    }
                }
            }
            return isNew
        }
    }

    /// What the rules found and nobody has written down.
    func takeFound() -> [Alert.Key: Sightings] {
        state.withLock { state in
            defer { state.found = [:] }
            return state.found
        }
    }

    /// What could not be written down.
    func putBack(_ found: [Alert.Key: Sightings]) {
        state.withLock { state in
            for (key, sightings) in found { state.found[key, default: Sightings()].add(earlier: sightings) }
        }
    }

    func takeHabits(_ vault: VaultState, at uptime: Int64) -> [ServerName: ServerHabit] {
        state.withLock { state in
            state.lookout?.forget { vault.servers[$0] == nil }
            state.pressed = state.pressed.filter { $0.key.subject.server.map { vault.servers[$0] != nil } ?? false }
            return state.lookout?.takeHabits(at: uptime) ?? [:]
        }
    }

    func putBack(habitsOf servers: some Sequence<ServerName>) {
        state.withLock { state in for server in servers { state.lookout?.putBack(habitOf: server) } }
    }

    /// Subjects that are counted apart.
    var subjects: Int { state.withLock { $0.lookout?.subjects ?? 0 } }
}

extension VaultState {
    /// Whether a finding has a server blocked that is not.
    fileprivate func blocksItself(_ key: Alert.Key, at now: Timestamp) -> Bool {
        guard let policy = policies[key.rule], policy.settings.quarantines, !policy.isMuted(key.subject, at: now),
            let server = key.subject.server, servers[server].map({ $0.quarantine == nil }) == true
        else { return false }
        return Alerts.room(for: key.rule, in: self, at: now) > 0
    }

    /// What the process behind an event is to the server that the event names.
    fileprivate func standing(of event: Event) -> Observation.Standing {
        guard let name = event.server, let server = servers[name] else { return .none }
        guard let peer = event.actor.peer, server.selectors.recognise(peer, as: name) else { return .other }
        return .own
    }
}
