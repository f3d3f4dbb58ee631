import Foundation
import Glibc
import WarderCore
import WarderModel
import WarderStoreSQLite
import WarderTesting

/// A vault whose first events are years old: no daemon can make one.
enum OldVault {
    /// One step of the daemon's pruning: what is between two steps, the core's tests look at.
    private static let oldEvents = 30

    static func make() async throws -> TestVault {
        let kit = try TestVault(uninitialisedFor: geteuid())
        kit.clock.setWall(to: Timestamp(milliseconds: 1_600_000_000_000))
        try await kit.initialise(.singleUser)
        try await kit.mustPut("github/pat", "the value")
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<oldEvents { group.addTask { _ = try? await kit.vault.perform(Secrets.list(by: kit.admin)) } }
        }
        try await kit.seal()
        kit.database.close()
        return kit
    }

    /// Copies it to where a daemon finds it.
    static func put(_ kit: TestVault, into vault: VaultProcess) throws {
        try? FileManager.default.createDirectory(
            atPath: vault.stateDirectory,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        try FileManager.default.copyItem(atPath: kit.directory.file("vault.db"), toPath: vault.database)
    }
}
