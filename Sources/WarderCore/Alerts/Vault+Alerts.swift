package import Alerting
import HashTreeCollections
import WarderModel

extension Vault {
    /// Writes down what the rules found, and blocks servers where a rule says so; what cannot be written down waits.
    package func raiseAlerts() {
        let found = watch.takeFound()
        guard !found.isEmpty else { return pursueAlerts() }
        let watch = watch
        submit(Alerts.raise(found)) { outcome in
            guard case .success = outcome else { return watch.putBack(found) }
            self.pursueAlerts()
        }
    }

    /// What follows from the state alone, so that a crash between alert and quarantine leaves nothing undone.
    private func pursueAlerts() {
        guard let state else { return }
        for (server, alert) in Alerts.toQuarantine(in: state, at: clock.now().wall) {
            submit(Servers.quarantine(server, for: alert.id)) { _ in }
        }
    }

    /// Keeps what is usual for servers, so that a restart does not have to learn it anew.
    package func keepHabits() {
        guard let state else { return }
        let habits = watch.takeHabits(state, at: clock.now().uptime)
        guard !habits.isEmpty else { return }
        let watch = watch
        submit(Alerts.learn(habits)) { outcome in
            if case .failure = outcome { watch.putBack(habitsOf: habits.keys) }
        }
    }

    /// Open alerts that somebody should be told of, and those that were put away a moment ago.
    package var currentAlerts: [Alert] {
        guard let state else { return [] }
        let aMinuteAgo = clock.now().wall.adding(seconds: -60)
        return state.alerts.values.filter { alert in alert.acknowledged.map { $0.time > aMinuteAgo } ?? true }
    }
}
