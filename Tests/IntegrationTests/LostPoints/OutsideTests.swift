import Foundation
import Glibc
import Reviewing
import Testing

/// Points that a log loses which is not what was signed, or does not get to where it should.
@Suite("Lost points of the log", .serialized)
struct OutsideTests {
    static let kinds: [FaultKind] = [.brokenLog, .contradictedLog, .stuckCopy]

    /// A vault that puts its checkpoints and events elsewhere.
    private static func vault() throws -> VaultProcess {
        let vault = try VaultProcess(profile: "team")
        try FileManager.default.createDirectory(atPath: outside(vault), withIntermediateDirectories: true)
        try vault.addSetting(
            """
            audit:
              checkpoints: \(outside(vault))
              file: \(outside(vault))/events.jsonl
            """
        )
        try vault.start()
        try vault.initialise()
        return vault
    }

    private static func outside(_ vault: VaultProcess) -> String { vault.directory + "/outside" }

    /// The report in which a finding is there, or is not: the daemon writes to other places in its own time.
    private static func report(
        _ vault: VaultProcess,
        until isReached: (ReadReport) -> Bool
    ) throws -> ReadReport {
        let end = ContinuousClock.now + .seconds(120)
        while true {
            let report = try ConfiguredPointTests.report(vault)
            if isReached(report) { return report }
            try #require(ContinuousClock.now < end, "\(report.findings.map(\.id))")
            usleep(100_000)
        }
    }

    /// The checkpoint outside, once there is one.
    private static func checkpoint(_ vault: VaultProcess) throws -> String {
        let end = ContinuousClock.now + .seconds(120)
        while true {
            let names = try FileManager.default.contentsOfDirectory(atPath: outside(vault))
            if let name = names.first(where: { $0.hasSuffix(".checkpoint") }) { return outside(vault) + "/" + name }
            try #require(ContinuousClock.now < end, "\(names)")
            usleep(50_000)
        }
    }

    @Test("what cannot be written outside is a finding until it can be written again")
    func stuck() throws {
        let vault = try Self.vault()
        defer { vault.remove() }
        let aside = Self.outside(vault) + ".aside"
        try FileManager.default.moveItem(atPath: Self.outside(vault), toPath: aside)
        let ids = ["checkpoint-outside:stuck checkpoints", "checkpoint-outside:stuck events"]
        let before = try Self.report(vault) { report in ids.allSatisfy { report.finding(.stuckCopy, $0) != nil } }
        for id in ids {
            #expect(
                before.finding(.stuckCopy, id)?.remedy.advice?.hasPrefix("Let the daemon write there again") == true
            )
        }
        try FileManager.default.moveItem(atPath: aside, toPath: Self.outside(vault))
        let after = try Self.report(vault) { $0.finding(.stuckCopy) == nil }
        #expect(after.points.lost < before.points.lost)
        #expect(after.points.earned > before.points.earned)
    }

    @Test("a longer log outside is a finding until the vault is restored")
    func contradicted() throws {
        let vault = try Self.vault()
        defer { vault.remove() }
        let path = try Self.checkpoint(vault)
        let backup = try Self.backup(vault)
        // As if this database were an older copy of the one that signed it.
        var lines = try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\n")
        lines[1] = "999999"
        try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
        let before = try Self.report(vault) { $0.finding(.contradictedLog) != nil }
        try Self.restore(try #require(before.finding(.contradictedLog)), backup, vault)
        let after = try Self.report(vault) { $0.finding(.contradictedLog) == nil }
        #expect(after.points.lost < before.points.lost)
        #expect(after.points.earned > before.points.earned)
    }

    @Test("a log that somebody changed is a critical finding until the vault is restored")
    func broken() throws {
        let vault = try VaultProcess(profile: "team")
        defer { vault.remove() }
        try vault.start()
        try vault.initialise()
        let backup = try Self.backup(vault)
        #expect(vault.stop() == 0)
        let changed = try Program.python(Self.attack, [vault.database])
        try #require(changed.status == 0, "\(changed.errors)")
        try vault.start()
        try vault.unseal()
        let before = try ConfiguredPointTests.report(vault)
        let finding = try #require(before.finding(.brokenLog), "\(before.findings.map(\.id))")
        #expect(finding.severity == .critical)
        try Self.restore(finding, backup, vault)
        let after = try ConfiguredPointTests.report(vault)
        #expect(after.finding(.brokenLog) == nil)
        #expect(after.points.lost < before.points.lost)
        #expect(after.points.earned > before.points.earned)
    }

    private static func backup(_ vault: VaultProcess) throws -> String {
        let path = vault.directory + "/vault.backup"
        let made = try RestoreStory.warder(["backup", "create", path], vault)
        try #require(made.status == 0, "\(made.errors)")
        return path
    }

    /// Does what the finding says, with the daemon stopped, and unseals afterwards. This daemon runs as the user of the
    /// tests, whose configuration stands in for that of the user whom the command names.
    private static func restore(_ finding: Finding, _ backup: String, _ vault: VaultProcess) throws {
        #expect(vault.stop() == 0)
        try #require(finding.remedy.commands.count == 1)
        let user = "sudo -u warder "
        let advised = finding.remedy.commands[0]
        try #require(advised.hasPrefix(user) && !advised.contains("--state"))
        let command = try ReviewDesk.filled(String(advised.dropFirst(user.count)), ["FILE": backup])
        let result = try Program.run(
            "/bin/sh",
            ["-ec", command + " --stdin"],
            input: VaultProcess.passphrase + "\n",
            environment: ["PATH": Programs.directory + ":/usr/bin:/bin", "WARDER_CONFIG": vault.configuration]
        )
        try #require(result.status == 0, "\(result.errors)")
        try vault.start()
        try vault.unseal()
    }

    /// Somebody with the disk, who changes what was signed.
    private static let attack = """
        import sqlite3, sys
        database = sqlite3.connect(sys.argv[1], isolation_level=None)
        triggers = database.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers: database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE log_leaves SET leaf = zeroblob(32) WHERE seq = 2")
        for _, sql in triggers: database.execute(sql)
        database.close()
        """
}
