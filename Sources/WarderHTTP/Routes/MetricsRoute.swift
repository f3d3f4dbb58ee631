import HashTreeCollections
import SecretMemory
import WarderCore
import WarderModel

/// `GET /v1/metrics`: what a monitoring system looks at. Names of secrets and their owners are in it, values never.
extension Exchange {
    /// For every registered operator. On a thread for slow work, because it looks at every secret.
    func metrics() throws(Problem) -> Work {
        guard let uid = caller.peer?.uid, vault.state?.operators[uid] != nil else {
            throw .forOperator(vault.phase == .unsealed ? .notAnOperator : .sealed)
        }
        return .slow { finish in
            var metrics = MetricsText()
            addVault(to: &metrics)
            context.statistics.write(to: &metrics)
            if let state = vault.state {
                RotationMetrics(state, at: vault.clock.now().wall).write(to: &metrics)
                RotationMetrics.write(vault.stepTally, state, to: &metrics)
                AlertMetrics.write(state, to: &metrics)
            }
            var answer = Answer(.ok, body: Array(metrics.text.utf8))
            answer.mediaType = .metrics
            let finished = answer
            finish { .success(finished) }
        }
    }

    private func addVault(to metrics: inout MetricsText) {
        let state = vault.state
        let memory = LockedMemory.status
        for (name, help, value) in [
            ("warder_unsealed", "Whether the vault is unsealed.", vault.phase == .unsealed ? 1 : 0),
            ("warder_events", "Events in the log.", Int64(clamping: vault.sequence)),
            ("warder_secrets", "Secrets, deleted ones included.", Int64(state?.secrets.count ?? 0)),
            ("warder_servers", "Registered servers.", Int64(state?.servers.count ?? 0)),
            ("warder_tokens", "Tokens in memory.", Int64(state?.tokens.count ?? 0)),
            ("warder_locked_memory_bytes", "Locked memory for secrets.", Int64(memory.lockedBytes)),
            (
                "warder_unlocked_memory_bytes", "Memory for secrets that could not be locked.",
                Int64(memory.unlockedBytes)
            ),
            (
                "warder_worker_connections", "Connections over which warder-worker has asked for work.",
                Int64(vault.jobs.presence.connections)
            ),
        ] as [(String, String, Int64)] {
            metrics.add(name, .gauge, help, value)
        }
    }
}
