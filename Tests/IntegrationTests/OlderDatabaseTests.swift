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
