package import Logging
package import WarderCore
import WarderModel

/// What the daemon's own log says each time that a restored vault is opened, until somebody releases it.
package enum QuarantineNotice {
    /// Says it where it is so.
    package static func say(of vault: Vault, to logger: Logger) {
        guard let state = vault.state, state.isQuarantined else { return }
        logger.warning(
            state.hasUnreleasedOrigin
                ? "the vault was restored from a backup: servers get nothing until warder backup release"
                : "a damaged record may be of a restore: servers get nothing until warder backup release",
            metadata: state.newestOrigin.map {
                ["restored": "\($0.began)", "backup": "\($0.backup.created)", "event": "\($0.previous.size)"]
            } ?? [:]
        )
    }
}
