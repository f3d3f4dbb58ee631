import Foundation
import Glibc
import Testing

/// One bit of what the log is signed by; every event is whole. Whoever does what the messages say has a signed log again.
@Suite("A log that is not signed any more", .serialized)
struct BrokenLogTests {
    @Test(
        "the damage is named wherever it is asked about, and the remedy that is named works",
        arguments: [
            ("UPDATE log_nodes SET hash = zeroblob(32)", "tree_hash_wrong"),
            (
                "UPDATE log_checkpoints SET note = x'00' WHERE size = (SELECT max(size) FROM log_checkpoints)",
                "checkpoint_damaged"
            ),
        ]
    )
    func story(_ sql: String, _ kind: String) throws {
        let vault = try VaultProcess(profile: "single-user", settings: VaultProcess.withoutRateLimit)
        try vault.start()
        try vault.initialise()
        try vault.furnish(uid: geteuid())
        let client = try vault.client()
        for _ in 0..<260 {
            try #require(client.request("POST", "/v1/resolve", body: RestoreStory.call).status == 200)
        }
        let key = try #require(vault.ask("GET", "/v1/sys/status").json["log_key"] as? String)
        func warder(_ arguments: String...) throws -> ProgramResult { try RestoreStory.warder(arguments, vault) }
        let (older, export, newer) = (vault.directory + "/older", vault.directory + "/log", vault.directory + "/newer")
        try #require(warder("audit", "checkpoint", "--output-file", older).status == 0)
        #expect(try !warder("status").output.contains("broken"))
        #expect(vault.stop() == 0)
        try RestoreStory.alter(sql, in: vault.database)

        try vault.start()
        try vault.unseal()
        let refused = try warder("audit", "export", "--output-file", export)
        #expect(refused.status != 0 && refused.errors.contains("log_broken"), "\(refused.errors)")
        #expect(refused.errors.contains("warder doctor --deep"), "\(refused.errors)")
        let status = try warder("status")
        #expect(status.output.contains("warder doctor --deep"), "\(status.output)")
        let doctor = try warder("doctor")
        #expect(doctor.status != 0 && doctor.output.contains("[log_broken]"), "\(doctor.output)")
        let deep = try warder("doctor", "--deep")
        #expect(deep.status == 11 && deep.output.contains(kind), "\(deep.output)")
        #expect(deep.output.contains("warder backup restore --replace --accept-damage"), "\(deep.output)")
        let backup = vault.directory + "/this.backup"
        let made = try warder("backup", "create", backup)
        #expect(made.status == 10, "\(made.output)\(made.errors)")
        #expect(try RestoreStory.verify(backup, vault).status == 10)
        #expect(vault.stop() == 0)
        let restored = try RestoreStory.restore(backup, vault, ["--replace", "--accept-damage"])
        #expect(restored.status == 0, "\(restored.errors)")

        try vault.start()
        try vault.unseal()
        let screen = try TerminalSession(socket: vault.operatorSocket)
            .run(["backup", "release"], answers: [("Type release to go on:", "release")])
        #expect(screen.status == 0, "\(screen.screen)")
        let exported = try warder("audit", "export", "--output-file", export, "--yes")
        try #require(exported.status == 0, "\(exported.errors)")
        let size = try String(contentsOfFile: export, encoding: .utf8).split(separator: "\n").count
        try #require(warder("audit", "checkpoint", "--size", "\(size)", "--output-file", newer).status == 0)
        let verdict = try warder("audit", "verify", export, "--key", key, "--checkpoint", newer, "--since", older)
        #expect(verdict.status == 0, "\(verdict.output)\(verdict.errors)")
        #expect(try !warder("doctor").output.contains("[log_broken]"))
        #expect(try warder("doctor", "--deep").status == 0)
        #expect(try warder("backup", "create", vault.directory + "/next.backup").status == 0)
    }
}
