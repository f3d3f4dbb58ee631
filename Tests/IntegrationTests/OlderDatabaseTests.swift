import Foundation
import Glibc
import Testing

/// Somebody puts an older copy of the database in its place.
@Suite("An older database")
struct OlderDatabaseTests {
    private let vault: VaultProcess
    private var checkpoints: String { vault.directory + "/checkpoints" }

    init() throws {
        vault = try VaultProcess(profile: "single-user")
        try FileManager.default.createDirectory(atPath: checkpoints, withIntermediateDirectories: false)
        try vault.addSetting("audit:\n  checkpoints: \(checkpoints)")
        try vault.start()
        try vault.initialise()
        try vault.furnish(uid: 0)
    }

    private func checkpointFiles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: checkpoints).filter { $0.hasSuffix(".checkpoint") }
    }

    private func size() throws -> Int {
        let name = try #require(try checkpointFiles().first)
        let text = try String(contentsOfFile: checkpoints + "/" + name, encoding: .utf8)
        return try #require(Int(text.split(separator: "\n")[1]))
    }

    private func copy(_ from: String, _ to: String) throws {
        try? FileManager.default.removeItem(atPath: to)
        try FileManager.default.copyItem(atPath: from, toPath: to)
    }

    private func tryToUnseal() throws -> SocketClient.Response {
        try vault.ask("POST", "/v1/sys/unseal", "{\"passphrase\":\"\(VaultProcess.passphrase)\"}")
    }

    @Test(
        "it is not opened while the checkpoint of the newer one lies outside, which nothing replaces by a smaller one"
    )
    func setBack() throws {
        #expect(vault.stop() == 0)
        let older = vault.directory + "/older.db"
        try copy(vault.database, older)

        try vault.start()
        try vault.unseal()
        for number in 0..<5 {
            try vault.ask("PUT", "/v1/secrets/late/\(number)", "{\"fields\":{\"value\":\"v\"}}", expecting: 201)
        }
        // The last checkpoint is signed when the daemon stops.
        #expect(vault.stop() == 0)
        let newest = try size()
        let newer = vault.directory + "/newer.db"
        try copy(vault.database, newer)

        try copy(older, vault.database)
        try vault.start()
        let refused = try tryToUnseal()
        #expect(refused.status == 409)
        #expect(refused.body.contains("log_contradicted"))
        #expect(try vault.client().request("POST", "/v1/resolve", body: #"{"tool":"github/list"}"#).status == 503)
        sleep(2)
        #expect(vault.stop() == 0)
        #expect(try size() == newest)

        try copy(newer, vault.database)
        try vault.start()
        try vault.unseal()
        #expect(try vault.events("type=secret.put").count == 6)
    }

    @Test("a daemon that has the credential names the way on, and no passphrase, which would be refused as well")
    func withCredential() throws {
        let folder = vault.directory + "/private"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        let made = try TerminalSession(socket: vault.operatorSocket)
            .run(["key", "add-slot", "--credential-file", folder + "/key"])
        #expect(made.status == 0, "\(made.screen)")
        try vault.addSetting("unseal:\n  credential_file: \(folder)/key")
        #expect(vault.stop() == 0)
        let older = vault.directory + "/older.db"
        try copy(vault.database, older)
        let before = try size()
        try vault.start()
        // Its services run when it has signed what is new.
        while try size() <= before { usleep(50_000) }
        #expect(vault.stop() == 0)

        try copy(older, vault.database)
        try vault.start()
        #expect(vault.said.contains("docs/operations/older-database.md"), "\(vault.said)")
        #expect(!vault.said.contains("unseal it by hand"), "\(vault.said)")
        vault.kill()

        try Data("none".utf8).write(to: URL(fileURLWithPath: checkpoints + "/" + checkpointFiles()[0]))
        try vault.start()
        #expect(vault.said.contains("named above, cannot be read"), "\(vault.said)")
        #expect(!vault.said.contains("unseal it by hand"), "\(vault.said)")
    }

    @Test(
        "one from before a restore is not opened while the restored one's checkpoint lies outside; another restore is"
    )
    func beforeRestore() throws {
        let backup = vault.directory + "/warder.backup"
        #expect(try RestoreStory.warder(["backup", "create", backup], vault).status == 0)
        #expect(vault.stop() == 0)
        let before = vault.directory + "/before.db"
        try copy(vault.database, before)
        func restore() throws {
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: vault.database + suffix) }
            let restored = try RestoreStory.restore(backup, vault)
            #expect(restored.status == 0, "\(restored.errors)")
            try vault.start()
            try vault.unseal()
            // The last checkpoint is signed when the daemon stops.
            #expect(vault.stop() == 0)
        }
        try restore()
        #expect(try checkpointFiles().count == 2)

        try copy(before, vault.database)
        try vault.start()
        let refused = try tryToUnseal()
        #expect(refused.status == 409)
        #expect(refused.body.contains("log_contradicted"))
        #expect(vault.stop() == 0)

        try restore()
        #expect(try checkpointFiles().count == 3)
    }

    @Test("a restore that is told the configuration goes where that says, and comes after what lies outside")
    func byConfiguration() throws {
        let backup = vault.directory + "/warder.backup"
        #expect(try RestoreStory.warder(["backup", "create", backup], vault).status == 0)
        #expect(vault.stop() == 0)
        let before = vault.directory + "/before.db"
        try copy(vault.database, before)
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: vault.database + suffix) }
        let restored = try RestoreStory.warder(
            ["backup", "restore", backup, "--config", vault.configuration, "--stdin"],
            vault,
            input: VaultProcess.passphrase + "\n"
        )
        #expect(restored.status == 0, "\(restored.errors)")
        try #require(FileManager.default.fileExists(atPath: vault.database))
        try vault.start()
        try vault.unseal()
        #expect(vault.stop() == 0)
        #expect(try checkpointFiles().count == 2)
        try copy(before, vault.database)
        try vault.start()
        #expect(try tryToUnseal().body.contains("log_contradicted"))
    }

    /// Puts something in the place of the only checkpoint, starts the daemon, and lets somebody unseal.
    private func expectSealed(with what: String, _ put: (String) throws -> Void) throws {
        let name = try #require(try checkpointFiles().first)
        let (path, kept) = (checkpoints + "/" + name, vault.directory + "/kept")
        try copy(path, kept)
        try FileManager.default.removeItem(atPath: path)
        try put(path)
        try vault.start()
        let refused = try tryToUnseal()
        #expect(refused.status == 409 && refused.body.contains("checkpoint_unreadable"), "\(what): \(refused.body)")
        #expect(try vault.client().request("POST", "/v1/resolve", body: #"{"tool":"github/list"}"#).status == 503)
        #expect(vault.stop() == 0)
        try copy(kept, path)
    }

    @Test("a checkpoint that nobody can read is not taken for none: the vault stays sealed until it is moved away")
    func unreadable() throws {
        #expect(vault.stop() == 0)
        try expectSealed(with: "nothing") { try Data().write(to: URL(fileURLWithPath: $0)) }
        try expectSealed(with: "a text") { try Data("no checkpoint\n".utf8).write(to: URL(fileURLWithPath: $0)) }
        try expectSealed(with: "too much") { try Data(count: 1 << 20).write(to: URL(fileURLWithPath: $0)) }
        try expectSealed(with: "a link") {
            try FileManager.default.createSymbolicLink(atPath: $0, withDestinationPath: vault.directory + "/kept")
        }
        try expectSealed(with: "a directory") {
            try FileManager.default.createDirectory(atPath: $0, withIntermediateDirectories: false)
        }
        try expectSealed(with: "one of another log") {
            try copy(vault.directory + "/kept", $0)
            try copy(vault.directory + "/kept", checkpoints + "/00112233445566778899aabbccddeeff.checkpoint")
        }
        try FileManager.default.removeItem(atPath: checkpoints + "/00112233445566778899aabbccddeeff.checkpoint")
        try vault.start()
        try vault.unseal()
        #expect(try vault.events("reason=checkpoint_unreadable").count == 6)
        // What a daemon said is read by another thread.
        let path = checkpoints + "/" + (try #require(try checkpointFiles().first))
        while !vault.said.contains(path) { usleep(50_000) }
    }

    @Test("what becomes unreadable while the vault is open is not replaced, and the daemon says so")
    func notReplaced() throws {
        // The first checkpoint is signed within a second or so.
        while try checkpointFiles().isEmpty { usleep(50_000) }
        let name = try #require(try checkpointFiles().first)
        let path = checkpoints + "/" + name
        try Data("no checkpoint\n".utf8).write(to: URL(fileURLWithPath: path))
        try vault.ask("PUT", "/v1/secrets/late/one", "{\"fields\":{\"value\":\"v\"}}", expecting: 201)
        // The last checkpoint is signed when the daemon stops.
        #expect(vault.stop() == 0)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "no checkpoint\n")
    }

    // MARK: The page

    /// Puts a copy of the database from before a secret in its place, after a backup that has it.
    private func setBack(backup: String) throws {
        #expect(vault.stop() == 0)
        let older = vault.directory + "/older.db"
        try copy(vault.database, older)
        try vault.start()
        try vault.unseal()
        try vault.ask("PUT", "/v1/secrets/late/one", "{\"fields\":{\"value\":\"v\"}}", expecting: 201)
        #expect(try RestoreStory.warder(["backup", "create", backup], vault).status == 0)
        #expect(vault.stop() == 0)
        try copy(older, vault.database)
        try vault.start()
        #expect(try tryToUnseal().status == 409)
    }

    private func follow(_ heading: String, _ backups: String, _ asked: [[String]]) throws {
        let person = PageFollower(
            vault: vault,
            places: [
                ("/var/lib/warder-checkpoints", checkpoints), ("/var/lib/warder", vault.stateDirectory),
                ("/var/backups/warder", backups),
            ],
            answers: [
                ("Passphrase of the vault:", VaultProcess.passphrase),
                ("Passphrase of the vault when the backup was made:", VaultProcess.passphrase),
            ]
        )
        let commands = try Runbook("older-database.md").commands(heading)
        try #require(commands.count == asked.count, "\(commands)")
        for (command, questions) in zip(commands, asked) { try person.follow(command, questions) }
    }

    @Test("what the page says of a newer backup, and of the newest database that is left, brings each in quarantine")
    func page() throws {
        let backups = vault.directory + "/backups"
        try FileManager.default.createDirectory(
            atPath: backups,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        let made = "Passphrase of the vault when the backup was made:"
        try setBack(backup: backups + "/NEWEST")
        try follow("There is a newer backup", backups, [[], [made], []])
        try vault.unseal()
        #expect(
            try vault.client().request("POST", "/v1/resolve", body: RestoreStory.call).errorCode == "restored_vault"
        )
        #expect(try vault.events("type=secret.put").count == 2)

        #expect(vault.stop() == 0)
        try copy(vault.directory + "/older.db", vault.database)
        try vault.start()
        #expect(try tryToUnseal().status == 409)
        let opening = "Passphrase of the vault:"
        try follow(
            "This database is the newest that is left",
            backups,
            [[], [], [], [], [opening], [], [], [], [], [made], [], [opening], []]
        )
        #expect(
            try vault.client().request("POST", "/v1/resolve", body: RestoreStory.call).errorCode == "restored_vault"
        )
        // What was blocked before the backup stays so, whoever lets the whole vault go on.
        let server = try vault.ask("GET", "/v1/servers/github").json
        #expect(server["state"] as? String == "quarantined" && server["quarantine_reason"] as? String == "set-back")
        #expect(try vault.events("type=secret.put").count == 1)
    }

    @Test("the file is there for everybody to read, and follows the log")
    func follows() throws {
        let end = ContinuousClock.now + .seconds(20)
        while try checkpointFiles().isEmpty, ContinuousClock.now < end { usleep(50_000) }
        let name = try #require(try checkpointFiles().first)
        var status = stat()
        #expect(unsafe stat(checkpoints + "/" + name, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o644)
        let before = try size()
        try vault.ask("PUT", "/v1/secrets/late/one", "{\"fields\":{\"value\":\"v\"}}", expecting: 201)
        while try size() <= before, ContinuousClock.now < end { usleep(50_000) }
        #expect(try size() > before)
    }
}
