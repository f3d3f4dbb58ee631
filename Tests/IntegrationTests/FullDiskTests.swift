import Foundation
import Glibc
import Testing

/// A real file system that runs full under the vault.
@Suite("Full disk", .serialized)
struct FullDiskTests {
    @Test("a full disk releases nothing, says audit_unavailable, and the vault goes on when there is room again")
    func fullDisk() throws {
        let mount = "/tmp/warder-full-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(
            atPath: mount,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        defer { try? FileManager.default.removeItem(atPath: mount) }
        try #require(unsafe Glibc.mount("tmpfs", mount, "tmpfs", 0, "size=6m,mode=0700") == 0)
        defer { unsafe umount2(mount, Int32(MNT_DETACH)) }

        let vault = try VaultProcess(
            profile: "single-user",
            settings: VaultProcess.withoutRateLimit,
            stateDirectory: mount
        )
        try vault.start()
        defer { vault.kill() }
        try vault.initialise()
        try vault.furnish(uid: 0)
        let filler = mount + "/filler"
        #expect(FileManager.default.createFile(atPath: filler, contents: Data(count: 5 << 20)))
        if let handle = FileHandle(forWritingAtPath: filler) {
            handle.seekToEndOfFile()
            while (try? handle.write(contentsOf: Data(count: 4096))) != nil {}
            try? handle.close()
        }

        let client = try vault.client()
        let resolve = "{\"tool\":\"list\",\"secret\":\"github/pat\"}"
        var refused = 0
        for _ in 0..<4000 {
            let answer = try client.request("POST", "/v1/resolve", body: resolve)
            if answer.status != 200 {
                #expect(answer.errorCode == "audit_unavailable")
                #expect(!answer.body.contains("value-of-the-secret"))
                refused += 1
                if refused == 20 { break }
            }
        }
        #expect(refused == 20)

        try FileManager.default.removeItem(atPath: filler)
        #expect(try client.request("POST", "/v1/resolve", body: resolve).status == 200)
        let events = try vault.events("type=secret.resolve&newest=true&limit=1")
        #expect(events.first?["decision"] as? String == "allowed")
    }
}
