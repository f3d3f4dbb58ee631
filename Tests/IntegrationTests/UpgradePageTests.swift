import Foundation
import Glibc
import Testing

/// docs/operations/upgrading.md, followed to the letter: its commands are read from the page and run.
@Suite("The page on upgrading", .serialized)
struct UpgradePageTests {
    private let vault: VaultProcess
    private let page: Runbook

    init() throws {
        page = try Runbook("upgrading.md")
        vault = try VaultProcess(profile: "single-user")
        // As an installation has it: what the checkpoint says must not keep anybody from going back.
        let checkpoints = vault.stateDirectory + "-checkpoints"
        try FileManager.default.createDirectory(atPath: checkpoints, withIntermediateDirectories: false)
        try vault.addSetting("audit:\n  checkpoints: \(checkpoints)")
        try vault.start()
        try vault.initialise()
        try vault.furnish(uid: 0)
        #expect(vault.stop() == 0)
    }

    private func startLater(killAt point: Int? = nil) throws {
        var environment = ["WARDER_TEST_VOLUME": vault.stateDirectory, "WARDER_TEST_LATER": "1"]
        environment["WARDER_TEST_KILL_AT"] = point.map(String.init)
        try vault.start(program: Programs.path("warderd-on-faulty-disk"), environment: environment)
    }

    private func value() throws -> String? {
        let body = #"{"tool":"github/list","secret":"github/pat"}"#
        return try vault.client().request("POST", "/v1/resolve", body: body).json["value"] as? String
    }

    /// Runs one command of the page; the service is this test's daemon, and the state directory its own.
    private func follow(_ command: String, start: () throws -> Void) throws {
        let words = command.components(separatedBy: " ").filter { $0 != "sudo" }
        switch (words[0], words.dropFirst().first) {
        case ("systemctl", "stop"): #expect(vault.stop() == 0, "\(command)")
        case ("systemctl", "restart"), ("systemctl", "try-restart"):
            if vault.process.isRunning { #expect(vault.stop() == 0, "\(command)") }
            try start()
        case ("systemctl", "start"): try start()
        case ("warder", "unseal"), ("warder", "doctor"):
            let result = try TerminalSession(socket: vault.operatorSocket).run(
                Array(words.dropFirst()),
                answers: words[1] == "unseal" ? [("Passphrase of the vault:", VaultProcess.passphrase)] : []
            )
            #expect(result.status == 0, "\(command): \(result.screen)")
        default:
            let here = command.replacingOccurrences(of: "/var/lib/warder", with: vault.stateDirectory)
                // The later schema of these tests.
                .replacingOccurrences(of: "before-schema-2", with: "before-schema-3")
                .replacingOccurrences(of: "-o warder -g warder ", with: "")
                .replacingOccurrences(of: "sudo ", with: "")
            let result = try Program.run(
                "/bin/sh",
                ["-ec", "cd \(vault.directory); \(here)"],
                environment: [
                    "PATH": Programs.directory + ":/usr/bin:/bin", "WARDER_OPERATOR_SOCKET": vault.operatorSocket,
                ]
            )
            #expect(result.status == 0, "\(here): \(result.errors)")
        }
    }

    private var copies: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: vault.stateDirectory)
                .filter { $0.contains("before-schema") }
        }
    }

    /// That the package's installation stops and starts nothing, `deploy/tests/package-on-a-machine.sh` shows.
    @Test("the block at the top: what is installed serves from the restart on, and the earlier daemon until then")
    func block() throws {
        try vault.start()
        try vault.unseal()
        let commands = try page.commands("Upgrading")
        try #require(commands.count == 4 && commands[0] == "sudo apt-get install ./warder_….deb")
        #expect(try value() == "value-of-the-secret" && copies.isEmpty)
        for command in commands.dropFirst() { try follow(command, start: { try startLater() }) }
        #expect(try value() == "value-of-the-secret")
        #expect(try copies == ["vault.db.before-schema-3"])
        #expect(vault.said.contains("the database is migrated"))
    }

    @Test("a migration that was killed half way: what the page says leaves a migrated vault", arguments: [0, 20, 45])
    func killed(at point: Int) throws {
        #expect(throws: VaultProcess.StartFailure.self) { try startLater(killAt: point) }
        for command in try page.commands("The migration was killed half way") {
            try follow(command, start: { try startLater() })
        }
        #expect(try value() == "value-of-the-secret")
        #expect(try copies == ["vault.db.before-schema-3"])
        #expect(vault.said.contains("the database is migrated"))
    }

    @Test("going back: what the page says brings the vault of before the upgrade, and later the upgrade again")
    func goingBack() throws {
        try startLater()
        try vault.unseal()
        try vault.ask("PUT", "/v1/secrets/github/pat", #"{"fields":{"value":"later"}}"#, expecting: 200)
        #expect(try value() == "later")
        // What a restore has kept is no part of this.
        let kept = vault.database + ".before-restore-20261121T093000Z"
        for suffix in ["", "-wal"] {
            #expect(FileManager.default.createFile(atPath: kept + suffix, contents: Data("kept".utf8)))
        }
        let commands = try page.commands("Going back")
        #expect(commands.count == 11)
        for command in commands.dropLast() { try follow(command, start: { try vault.start() }) }
        #expect(try value() == "value-of-the-secret")
        #expect(
            try Data(contentsOf: URL(fileURLWithPath: vault.directory + "/events-until-going-back.jsonl")).count > 0
        )
        #expect(vault.stop() == 0)

        try startLater()
        try vault.unseal()
        #expect(try value() == "value-of-the-secret")
        try follow(try #require(commands.last), start: {})
        #expect(!FileManager.default.fileExists(atPath: vault.stateDirectory + "/newer"))
        for suffix in ["", "-wal"] { #expect(FileManager.default.fileExists(atPath: kept + suffix)) }
    }

    @Test("removing the copy: what the page says leaves a vault that goes on")
    func removing() throws {
        try startLater()
        try vault.unseal()
        #expect(try copies.count == 1)
        for command in try page.commands("When the copy may go") { try follow(command, start: {}) }
        #expect(try copies.isEmpty)
        #expect(try value() == "value-of-the-secret")
    }
}
