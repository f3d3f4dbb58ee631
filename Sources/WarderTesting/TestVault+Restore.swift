import Sealing
package import WarderCore
package import WarderModel

extension TestVault {
    /// The backup that a restored test vault says it came from.
    package static let backup = LogOrigin.Backup(
        created: Timestamp(milliseconds: 1_700_000_000_000),
        header: String(repeating: "ab", count: 32)
    )

    /// Opens a sealed vault as a restore does: in quarantine from its first moment on.
    ///
    /// - Parameters:
    ///   - text: The passphrase of one of its slots.
    ///   - damaged: Findings that were accepted.
    ///   - backup: What it comes from.
    ///   - outside: Checkpoints that the restore finds outside, by the origin of their log.
    ///   - mending: What it mends of the log.
    /// - Throws: whatever keeps it shut.
    package func openAsRestored(
        _ text: String = passphrase,
        damaged: Int = 0,
        of backup: LogOrigin.Backup = backup,
        outside: [RecordID: [UInt8]] = [:],
        mending: LogMending = LogMending()
    ) async throws {
        guard let foundation = vault.foundation else { throw TestFailure("nobody has set the vault up") }
        let secret = try Self.secret(text)
        for slot in foundation.slots where slot.opener == .passphrase {
            guard let root = try? slot.open(with: secret, vault: foundation.vault) else { continue }
            let ring = try foundation.openKeyRing(under: root)
            return try await withCheckedContinuation { continuation in
                vault.open(
                    ring,
                    root: root,
                    slot: slot,
                    restoring: Restoration(of: backup, damaged: damaged, outside: outside, mending: mending)
                ) { continuation.resume(returning: $0) }
            }.get()
        }
        throw TestFailure("no slot opens")
    }
}
