import Foundation
import Glibc
import Locking
import Testing

/// From a backup to a working vault on another machine, with the real programs.
@Suite("Restoring", .serialized)
struct RestoreTests {
    @Test("create under load, verify, restore elsewhere, refused, review, release, resolve")
    func story() throws {
        let source = try VaultProcess(profile: "single-user", settings: VaultProcess.withoutRateLimit)
        try source.start()
        try source.initialise()
        try source.furnish(uid: geteuid())
        let issued = try source.client().request("POST", "/v1/tokens", body: #"{"tool":"github/list"}"#)
        let token = try #require(issued.json["token"] as? String)
        let journal = Journal()
        let load = Load(source, round: 0, resolvers: 2, writers: 2, journal: journal)
        while journal.count < 200 { usleep(1000) }
        // What was confirmed before the backup began has to be in it.
        let confirmed = journal.entries.withLock { $0.stored }
        let backup = source.directory + "/warder.backup"
        let made = try RestoreStory.warder(["backup", "create", backup], source)
        #expect(made.status == 0, "\(made.errors)")
        let atTheEnd = journal.count
        source.kill()
        load.wait()
        #expect(atTheEnd > 200, "commits did not go on")
        #expect(try RestoreStory.leftovers(in: source.stateDirectory) == [])

        let verified = try RestoreStory.verify(backup, source)
        #expect(verified.status == 0, "\(verified.errors)")
        for word in ["sound", "Newest event", "Values", "secret", "Vault", "passphrase"] {
            #expect(verified.output.contains(word), "\(word): \(verified.output)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: source.directory).allSatisfy { !$0.hasPrefix(".") })

        let target = try VaultProcess(profile: "single-user")
        let restored = try RestoreStory.restore(backup, target)
        #expect(restored.status == 0, "\(restored.errors)")
        try target.start()
        try target.unseal()
        for (secret, versions) in confirmed {
            let shown = try target.ask("GET", "/v1/secrets/\(secret)").json["versions"] as? [[String: Any]] ?? []
            let newest = shown.compactMap { $0["version"] as? Int }.max() ?? 0
            #expect(newest >= versions.max() ?? 0, "\(secret)")
        }
        let stale = try target.client().request("GET", "/v1/secrets/github/pat", token: token)
        #expect(stale.status == 503, "\(stale.body)")
        try quarantine(target)
        let void = try target.client().request("GET", "/v1/secrets/github/pat", token: token)
        #expect(void.status == 401, "\(void.body)")
    }

    /// What stands between a restored vault and its servers.
    private func quarantine(_ target: VaultProcess) throws {
        let refused = try target.client().request("POST", "/v1/resolve", body: RestoreStory.call)
        #expect(refused.status == 503 && refused.errorCode == "restored_vault", "\(refused.body)")
        let status = try RestoreStory.warder(["status"], target)
        #expect(status.status == 0 && status.output.contains("warder backup release"), "\(status.output)")
        let doctor = try RestoreStory.warder(["doctor"], target)
        #expect(doctor.status != 0 && doctor.output.contains("[restored_vault]"), "\(doctor.output)")
        #expect(target.said.contains("servers get nothing until warder backup release"), "\(target.said)")

        let review = try RestoreStory.warder(["backup", "review"], target)
        #expect(review.status == 0, "\(review.errors)")
        for word in ["github/pat", "Tokens", "github: "] { #expect(review.output.contains(word), "\(word)") }
        let screen = try TerminalSession(socket: target.operatorSocket)
            .run(["backup", "release"], answers: [("Type release to go on:", "release")])
        #expect(screen.status == 0 && screen.screen.contains("the vault is released"), "\(screen.screen)")
        let answer = try target.client().request("POST", "/v1/resolve", body: RestoreStory.call)
        #expect(answer.json["value"] as? String == "value-of-the-secret", "\(answer.body)")
        let types = try target.events().filter { $0["decision"] as? String == "allowed" }
            .compactMap { $0["type"] as? String }
        let restoring = types.filter { $0.hasPrefix("backup.") && $0 != "backup.create" }
        // The release asks for the review as well, to say what it means.
        #expect(restoring == ["backup.restore", "backup.review", "backup.review", "backup.release"])
        let log = LogReader()
        try log.read(target)
        #expect(log.isContiguous, "the numbers of events do not go on")
        let deep = try RestoreStory.warder(["doctor", "--deep"], target)
        #expect(!deep.output.contains("origin_broken"), "\(deep.output)")
    }

    @Test("a wrong passphrase, a cut file and a flipped byte restore nothing, and say what it is")
    func refusals() throws {
        let (source, backup) = try RestoreStory.source()
        let target = try VaultProcess(profile: "single-user")
        let wrong = try RestoreStory.restore(backup, target, passphrase: "not the passphrase")
        #expect(wrong.status == 5, "\(wrong.errors)")
        var bytes = try Data(contentsOf: URL(fileURLWithPath: backup))
        try bytes.dropLast().write(to: URL(fileURLWithPath: backup + ".cut"))
        bytes[bytes.count - 100] ^= 1
        try bytes.write(to: URL(fileURLWithPath: backup + ".flipped"))
        for (name, words) in [(".cut", "ends too early"), (".flipped", "altered or is damaged")] {
            let verified = try RestoreStory.verify(backup + name, source)
            #expect(verified.status == 10 && verified.errors.contains(words), "\(name): \(verified.errors)")
            #expect(try RestoreStory.restore(backup + name, target).status == 10, "\(name)")
        }
        // Sound, for all that this version can tell.
        bytes[bytes.count - 100] ^= 1
        bytes[14] = 2
        try bytes.write(to: URL(fileURLWithPath: backup + ".later"))
        for (path, words) in [
            (backup + ".later", "a later version of Warder"), (backup + ".none", "No such file or directory"),
            (source.directory, "Is a directory"),
        ] {
            let verified = try RestoreStory.verify(path, source)
            #expect(verified.status == 1 && verified.errors.contains(words), "\(path): \(verified.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: target.database))
        #expect(try RestoreStory.leftovers(in: target.stateDirectory) == [])
    }

    @Test("with standard output closed it is the output that fails, and not the check")
    func closedOutput() throws {
        let (source, backup) = try RestoreStory.source()
        let run = try Program.run(
            "/bin/sh",
            ["-c", #"exec "$0" backup verify "$1" --stdin >&-"#, Programs.path("warder"), backup],
            input: VaultProcess.passphrase + "\n",
            environment: ["PATH": "/usr/bin:/bin", "WARDER_OPERATOR_SOCKET": source.operatorSocket]
        )
        #expect(run.status == 1 && run.errors.contains("cannot write the output"), "\(run)")
    }

    @Test("a passphrase is not asked for where none opens the backup; it is said what does")
    func withoutPassphrase() throws {
        let vault = try VaultProcess()
        try vault.start()
        let credential = Data((0..<32).map { _ in UInt8.random(in: 0...255) })
        try vault.ask(
            "POST",
            "/v1/sys/init",
            "{\"credential_base64\":\"\(credential.base64EncodedString())\",\"presence\":\"\(VaultProcess.passphrase)\",\"operator\":\"ada\"}",
            expecting: 201
        )
        let backup = vault.directory + "/warder.backup"
        #expect(try RestoreStory.warder(["backup", "create", backup], vault).status == 0)
        let words = "credential (--credential-file PATH)"
        let piped = try RestoreStory.verify(backup, vault)
        #expect(piped.status == 1 && piped.errors.contains(words), "\(piped.errors)")
        let asked = try TerminalSession(socket: vault.operatorSocket).run(["backup", "verify", backup])
        #expect(asked.status == 1 && asked.screen.contains(words), "\(asked.screen)")
        #expect(!asked.screen.contains("Passphrase"), "\(asked.screen)")
    }

    @Test("over the directory of another user it restores nothing, and says as whom to run it")
    func foreignDirectory() throws {
        let (source, backup) = try RestoreStory.source()
        defer { source.remove() }
        let target = try VaultProcess(profile: "single-user")
        try FileManager.default.createDirectory(
            atPath: target.stateDirectory,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        let nobody: uid_t = 65534
        try #require(unsafe chown(target.stateDirectory, nobody, nobody) == 0)
        let refused = try RestoreStory.restore(backup, target)
        #expect(refused.status != 0)
        #expect(refused.errors.contains("sudo -u nobody warder backup restore"), "\(refused.errors)")
        // What would keep the daemon from opening it.
        #expect(!refused.errors.contains("chown"), "\(refused.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: target.stateDirectory) == [])
    }

    @Test("shares and a credential open a backup like a passphrase does")
    func openers() throws {
        let vault = try VaultProcess(profile: "single-user")
        try vault.start()
        try vault.initialise()
        let socket = TerminalSession(socket: vault.operatorSocket)
        let folder = vault.directory + "/private"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        let shares = try socket.run(["key", "add-slot", "--shares", "3", "--threshold", "2", "--out", folder])
        #expect(shares.status == 0, "\(shares.screen)")
        let credential = try socket.run(["key", "add-slot", "--credential-file", folder + "/key"])
        #expect(credential.status == 0, "\(credential.screen)")
        let backup = vault.directory + "/warder.backup"
        #expect(try RestoreStory.warder(["backup", "create", backup], vault).status == 0)
        let texts = try [1, 3].map { number in
            try String(contentsOfFile: folder + "/share-\(number)-of-3.txt", encoding: .utf8)
                .components(separatedBy: "\n").first { $0.hasPrefix("wdr_s_") } ?? ""
        }
        let verified = try socket.run(
            ["backup", "verify", "--share", backup],
            answers: [("Share 1 of 2:", texts[0]), ("Share 2 of 2:", texts[1])]
        )
        #expect(verified.status == 0 && verified.screen.contains("sound"), "\(verified.screen)")
        let byFile = try socket.run(["backup", "verify", "--credential-file", folder + "/key", backup])
        #expect(byFile.status == 0 && byFile.screen.contains("sound"), "\(byFile.screen)")
        let wrong = try socket.run(
            ["backup", "verify", "--share", backup],
            answers: [("Share 1 of 2:", texts[0])] + Array(repeating: ("Share 2 of 2:", texts[0]), count: 3)
        )
        #expect(wrong.status == 5, "\(wrong.screen)")
        #expect(wrong.screen.contains("share 2 is one that was brought before"), "\(wrong.screen)")
        let target = try VaultProcess(profile: "single-user")
        let restored = try socket.run(
            ["backup", "restore", "--credential-file", folder + "/key", "--state", target.stateDirectory, backup]
        )
        #expect(restored.status == 0 && restored.screen.contains("in quarantine"), "\(restored.screen)")
        try target.start()
        try target.unseal()
    }

    @Test("with shares alone, of whichever set, the only admin comes back from a lost machine and a lost passphrase")
    func sharesAlone() throws {
        let source = try VaultProcess(profile: "single-user")
        try source.start()
        try source.initialise()
        try source.furnish(uid: geteuid())
        let folder = source.directory + "/private"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        for (threshold, count) in [("2", "3"), ("3", "5")] {
            let made = try TerminalSession(socket: source.operatorSocket)
                .run(["key", "add-slot", "--shares", count, "--threshold", threshold, "--out", folder])
            #expect(made.status == 0, "\(made.screen)")
        }
        func share(_ name: String) throws -> String {
            try String(contentsOfFile: "\(folder)/share-\(name).txt", encoding: .utf8)
                .components(separatedBy: "\n").first { $0.hasPrefix("wdr_s_") } ?? ""
        }
        let backup = source.directory + "/warder.backup"
        #expect(try RestoreStory.warder(["backup", "create", backup], source).status == 0)
        source.kill()

        let target = try VaultProcess(profile: "single-user")
        var person = TerminalSession(socket: target.operatorSocket)
        let first = try share("1-of-5")
        var mistyped = Array(first)
        mistyped[mistyped.count - 9] = mistyped[mistyped.count - 9] == "7" ? "8" : "7"
        let restored = try person.run(
            ["backup", "restore", "--share", "--state", target.stateDirectory, backup],
            answers: [
                ("Share 1:", String(mistyped)),
                ("Share 1:", first), ("Share 2 of 3:", first), ("Share 2 of 3:", try share("1-of-3")),
                ("Share 2 of 3:", try share("4-of-5")), ("Share 3 of 3:", try share("2-of-5")),
            ]
        )
        #expect(restored.status == 0 && restored.screen.contains("in quarantine"), "\(restored.screen)")
        for words in ["1 has a typing mistake", "2 is one that was brought before", "2 is of another set"] {
            #expect(restored.screen.contains("share \(words); bring it again"), "\(restored.screen)")
        }
        try target.start()
        let shares = try [share("1-of-3"), share("3-of-3")]
        #expect(try RestoreStory.bring(shares, ["unseal", "--share"], person).contains("unsealed"))
        let screen = try RestoreStory.bring(shares, ["operator", "enrol", "ada", "--share"], person)
        let code = try #require(screen.components(separatedBy: "\n").first { $0.hasPrefix("wdr_e_") })
        person.presence = "a second long passphrase"
        let set = try person.run(
            ["operator", "passphrase", "--code"],
            answers: [
                ("Your code", code), ("New passphrase", person.presence), ("The same again:", person.presence),
            ]
        )
        #expect(set.status == 0, "\(set.screen)")
        let released = try person.run(["backup", "release"], answers: [("Type release to go on:", "release")])
        #expect(released.status == 0 && released.screen.contains("the vault is released"), "\(released.screen)")
        let answer = try target.client().request("POST", "/v1/resolve", body: RestoreStory.call)
        #expect(answer.json["value"] as? String == "value-of-the-secret", "\(answer.body)")
    }

    @Test("a running daemon, and a vault that is there, are in the way; --replace keeps the old one aside")
    func replacing() throws {
        let (source, backup) = try RestoreStory.source()
        #expect(try RestoreStory.restore(backup, source, ["--replace"]).status == 7)
        try source.ask("PUT", "/v1/secrets/newer/than-the-backup", #"{"fields":{"value":"x"}}"#, expecting: 201)
        #expect(source.stop() == 0)
        let refused = try RestoreStory.restore(backup, source)
        #expect(refused.status == 7 && refused.errors.contains("mv "), "\(refused.errors)")
        let replaced = try RestoreStory.restore(backup, source, ["--replace"])
        #expect(replaced.status == 0, "\(replaced.errors)")
        let kept = try FileManager.default.contentsOfDirectory(atPath: source.stateDirectory)
            .filter { $0.contains(".before-restore-") }
        #expect(kept.count == 1, "\(kept)")
        try source.start()
        try source.unseal()
        try source.ask("GET", "/v1/secrets/newer/than-the-backup", expecting: 404)
        #expect(try source.ask("GET", "/v1/sys/status").body.contains("quarantine"))
    }
}
