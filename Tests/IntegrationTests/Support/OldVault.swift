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

    /// Flips a bit of what an event says, in a database that nobody has open.
    static func harm(event number: Int, in vault: VaultProcess) throws {
        let harm = """
            import sqlite3, sys
            db = sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True)
            sealed, = db.execute("SELECT sealed FROM log_payloads WHERE seq = ?", (int(sys.argv[2]),)).fetchone()
            db.close()
            file = open(sys.argv[1], "rb").read()
            if file.count(sealed) != 1: sys.exit("it is not in one piece")
            open(sys.argv[1], "r+b").write(file.replace(sealed, sealed[:-1] + bytes([sealed[-1] ^ 1])))
            """
        let harmed = try Program.python(harm, [vault.database, String(number)])
        guard harmed.status == 0 else { throw TestFailure(harmed.errors) }
    }
}
