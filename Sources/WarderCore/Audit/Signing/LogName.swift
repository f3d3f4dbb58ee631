import Sealing
package import TransparencyLog
package import WarderModel

extension VaultState {
    /// What the log is called after: the vault itself, or its last restore.
    package func logOrigin(_ foundation: Foundation) -> RecordID { newestOrigin?.id ?? foundation.vault }
}

/// Under which name a vault signs its log.
package enum LogName {
    /// Fixed by the log's origin: the vault's own id, or that of its last restore.
    package static func of(_ origin: RecordID) -> NoteName {
        do { return try NoteName("warder.log/\(origin)") } catch {
            preconditionFailure("hexadecimal digits are fit for a name")
        }
    }
}
