package import Logging
package import WarderCore

/// What the daemon's own log says each time that a vault is opened of which records cannot be read.
package enum LossNotice {
    /// Says it where it is so.
    package static func say(of vault: Vault, to logger: Logger) {
        guard let state = vault.state, !state.lost.isEmpty else { return }
        logger.warning(
            "records cannot be read, and the vault goes on without them; see: warder doctor --deep",
            metadata: ["count": "\(state.lost.entries.count)"]
        )
    }
}
