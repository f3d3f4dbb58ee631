import Foundation
import Glibc
import Testing

/// What can be wrong when the daemon starts: it says what, why and how to mend it, and changes nothing.
@Suite("Start")
struct StartTests {
    private func failure(_ vault: VaultProcess) throws -> VaultProcess.StartFailure {
        do {
            try vault.start()
        } catch let failure as VaultProcess.StartFailure {
            return failure
        }
        throw StartedAnyway()
    }

    private struct StartedAnyway: Error {}

    @Test("a second daemon on the same database does not start, and the first goes on")
    func secondDaemon() throws {
        let first = try VaultProcess()
        try first.start()
        let second = try VaultProcess(stateDirectory: first.stateDirectory)
        let failure = try failure(second)
        #expect(failure.status == 1)
        #expect(failure.said.contains("another daemon (process \(first.pid)) has this database open"))
        #expect(try first.ask("GET", "/v1/sys/status").status == 200)
    }

    @Test("an unknown setting stops the daemon with file, line and the nearest known one")
    func unknownSetting() throws {
        let vault = try VaultProcess(settings: "limits:\n  conections_per_uid: 3")
        let failure = try failure(vault)
        #expect(failure.status == 78)
        #expect(failure.said.contains("warder.yaml:"))
        #expect(failure.said.contains("connections_per_uid"))
    }

    @Test("a socket path that the kernel cannot take is named with its length")
    func longPath() throws {
        let vault = try VaultProcess(stateDirectory: nil)
        let long = "/tmp/" + String(repeating: "x", count: 120) + "/client.sock"
        try vault.replaceSetting("client_socket", with: long)
        let failure = try failure(vault)
        #expect(failure.status != 0)
        #expect(failure.said.contains("107"))
    }

    @Test("a state directory that others can enter is refused")
    func openStateDirectory() throws {
        let vault = try VaultProcess()
        try FileManager.default.createDirectory(
            atPath: vault.stateDirectory,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        let failure = try failure(vault)
        #expect(failure.status == 1)
        #expect(failure.said.contains("755"))
    }

    @Test("a database file that others can read is refused")
    func openDatabase() throws {
        let vault = try VaultProcess()
        try vault.start()
        try vault.initialise()
        #expect(vault.stop() == 0)
        _ = unsafe chmod(vault.database, 0o644)
        let failure = try failure(vault)
        #expect(failure.said.contains("644"))
        #expect(failure.said.contains("chmod 600"))
    }

    @Test("a damaged database is refused by name and left as it is")
    func damagedDatabase() throws {
        let vault = try VaultProcess()
        try vault.start()
        try vault.initialise()
        #expect(vault.stop() == 0)
        let garbage = Data((0..<8192).map { _ in UInt8.random(in: 0...255) })
        try garbage.write(to: URL(fileURLWithPath: vault.database))
        _ = unsafe chmod(vault.database, 0o600)
        let failure = try failure(vault)
        #expect(failure.said.contains("damaged or no database of Warder"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: vault.database)) == garbage)
    }

    @Test("a wrong passphrase is told from a right one, and is in the log after unsealing")
    func wrongPassphrase() throws {
        let vault = try VaultProcess(profile: "single-user")
        try vault.start()
        try vault.initialise()
        vault.kill()
        try vault.start()
        let wrong = try vault.ask("POST", "/v1/sys/unseal", "{\"passphrase\":\"not the passphrase\"}")
        #expect(wrong.status == 403)
        #expect(wrong.errorCode == "wrong_passphrase")
        try vault.unseal()
        let attempts = try vault.events("type=vault.unseal")
        #expect(attempts.compactMap { $0["decision"] as? String } == ["refused", "allowed"])
        #expect(attempts.first?["reason"] as? String == "wrong_key")
    }

    @Test("an orderly stop ends with status 0, removes the sockets and leaves its event")
    func orderlyStop() throws {
        let vault = try VaultProcess(profile: "single-user")
        try vault.start()
        try vault.initialise()
        #expect(vault.stop() == 0)
        #expect(!FileManager.default.fileExists(atPath: vault.clientSocket))
        try vault.start()
        try vault.unseal()
        #expect(try vault.events("type=vault.stop").count == 1)
    }

    @Test("a credential file unseals at start, and one that others can read does not")
    func credentialFile() throws {
        let vault = try VaultProcess()
        let credential = vault.directory + "/credential"
        let secret = Data((0..<32).map { _ in UInt8.random(in: 0...255) })
        _ = FileManager.default.createFile(atPath: credential, contents: secret, attributes: [.posixPermissions: 0o600])
        try vault.addSetting("unseal:\n  credential_file: \(credential)")
        try vault.start()
        try vault.ask(
            "POST",
            "/v1/sys/init",
            "{\"credential_base64\":\"\(secret.base64EncodedString())\",\"presence\":\"\(VaultProcess.passphrase)\",\"operator\":\"ada\"}",
            expecting: 201
        )
        vault.kill()
        try vault.start()
        #expect(try vault.ask("GET", "/v1/sys/status").json["state"] as? String == "unsealed")
        vault.kill()
        _ = unsafe chmod(credential, 0o644)
        try vault.start()
        #expect(try vault.ask("GET", "/v1/sys/status").json["state"] as? String == "sealed")
    }
}
