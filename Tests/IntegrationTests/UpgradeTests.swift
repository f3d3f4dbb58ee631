import Foundation
import Glibc
import Testing

/// A later release upgrades the database, and the earlier one finds it: what the daemons do and say.
@Suite("Upgrades", .serialized)
struct UpgradeTests {
    /// The later release: this one with two schemas more.
    private static let later = Programs.path("warderd-on-faulty-disk")

    private let vault: VaultProcess
    private var copy: String { vault.database + ".before-schema-3" }

    /// Schema 1, with a secret in it.
    init() throws {
        vault = try VaultProcess(profile: "single-user")
        try vault.start()
        try vault.initialise()
        try vault.furnish(uid: 0)
        #expect(vault.stop() == 0)
    }

    private func startLater(_ environment: [String: String] = [:]) throws {
        try vault.start(
            program: Self.later,
            environment: ["WARDER_TEST_VOLUME": vault.stateDirectory, "WARDER_TEST_LATER": "1"]
                .merging(environment) { $1 }
        )
    }

    private func value() throws -> String? {
        let body = #"{"tool":"github/list","secret":"github/pat"}"#
        return try vault.client().request("POST", "/v1/resolve", body: body).json["value"] as? String
    }

    private func failure() throws -> VaultProcess.StartFailure {
        do { try vault.start() } catch let failure as VaultProcess.StartFailure { return failure }
        throw StartedAnyway()
    }

    private struct StartedAnyway: Error {}

    @Test("the log says what is done, where the copy is, and that it may go; the audit log says it too")
    func upgrade() throws {
        try startLater()
        for said in [
            "notice: the database will be migrated; copying it first bytes=",
            "notice: the database is copied, and the copy looked through copy=\(copy)",
            "notice: migrating the database purpose=give records a note schema=2",
            "notice: migrating rows done=6 schema=2 table=records total=6",
            "notice: looking through the migrated database",
            "notice: the database is migrated copy=\(copy) from=1 to=3",
            "notice: a copy of the database from before an upgrade is kept; remove it when you will not go back copy=",
        ] {
            #expect(vault.said.contains(said), "\(said)\nin\n\(vault.said)")
        }
        try vault.unseal()
        #expect(try value() == "value-of-the-secret")
        let starts = try vault.events("type=vault.start").compactMap { $0["changes"] as? [String] }
        #expect(starts.map { $0.contains("schema=3") } == [true])
        #expect(vault.stop() == 0)
        try startLater()
        try vault.unseal()
        #expect(try value() == "value-of-the-secret")
        #expect(vault.said.components(separatedBy: "the database is migrated").count == 2)
    }

    @Test("the service manager is told that the start takes longer, before it hears that the daemon is ready")
    func patience() throws {
        let manager = try NotificationSocket(vault.directory + "/notify")
        try startLater(["NOTIFY_SOCKET": manager.path])
        try vault.unseal()
        let messages = manager.messages()
        #expect(messages.first == "EXTEND_TIMEOUT_USEC=300000000\nSTATUS=migrating the database")
        #expect(messages.contains("READY=1\nSTATUS=sealed"))
        #expect(vault.stop() == 0)
        _ = manager.messages()
        try startLater(["NOTIFY_SOCKET": manager.path])
        try vault.unseal()
        #expect(manager.messages().first == "READY=1\nSTATUS=sealed")
    }

    @Test("the earlier release refuses the migrated database, names who migrated it and the copy, and changes nothing")
    func downgrade() throws {
        try startLater()
        try vault.unseal()
        #expect(vault.stop() == 0)
        let before = try Data(contentsOf: URL(fileURLWithPath: vault.database))
        let failure = try failure()
        #expect(failure.status == 1)
        #expect(
            failure.said == """
                warderd: \(vault.database) was migrated by Warder 0.1.0 (schema 3; 0.1.0 knows up to 1)
                  Install Warder 0.1.0 or a later one again; nothing was changed
                  To go back to this version instead, put the copy from before the upgrade in its place, which loses what \
                was done since:
                  \(copy)
                  How: docs/operations/upgrading.md, "Going back"

                """
        )
        #expect(try Data(contentsOf: URL(fileURLWithPath: vault.database)) == before)
        try FileManager.default.removeItem(atPath: copy)
        let other = try self.failure()
        #expect(other.status == 1)
        #expect(other.said.contains("No copy from before the upgrade lies beside it"))
    }

    @Test("without room for the copy nothing is migrated, and the daemon says how much it needs")
    func noRoom() throws {
        let small = try SmallFileSystem(bytes: 1 << 20, at: vault.directory + "/small")
        defer { withExtendedLifetime(small) {} }
        let lean = try VaultProcess(profile: "single-user", stateDirectory: small.directory + "/state")
        try FileManager.default.copyItem(atPath: vault.stateDirectory, toPath: small.directory + "/state")
        let size = try Data(contentsOf: URL(fileURLWithPath: vault.database)).count
        let filler = small.directory + "/filler"
        let free = (1 << 20) - size
        try Data(count: free - size / 2).write(to: URL(fileURLWithPath: filler))
        func refusal() throws -> VaultProcess.StartFailure {
            do {
                try lean.start(
                    program: Self.later,
                    environment: ["WARDER_TEST_VOLUME": "/nowhere", "WARDER_TEST_LATER": "1"]
                )
            } catch let failure as VaultProcess.StartFailure { return failure }
            throw StartedAnyway()
        }
        let failure = try refusal()
        #expect(failure.status == 1)
        #expect(failure.said.contains("has to be migrated, and could not be copied before: the copy takes"))
        #expect(failure.said.contains("Nothing was changed. Make room for twice the size of the database"))
        let names = try FileManager.default.contentsOfDirectory(atPath: small.directory + "/state").sorted()
        #expect(names == ["vault.db", "vault.lock"])
        // The earlier release goes on; and the later one when there is room.
        try FileManager.default.removeItem(atPath: filler)
        try lean.start()
        try lean.unseal()
        #expect(lean.stop() == 0)
        try lean.start(program: Self.later, environment: ["WARDER_TEST_VOLUME": "/nowhere", "WARDER_TEST_LATER": "1"])
        try lean.unseal()
        #expect(lean.stop() == 0)
    }

    @Test("a daemon that is killed at any write or sync of the upgrade goes on by itself at the next start")
    func killed() throws {
        let origin = vault.directory + "/origin"
        try FileManager.default.copyItem(atPath: vault.stateDirectory, toPath: origin)
        var (point, struck) = (0, 0)
        var isPast = false
        while !isPast, point < 200 {
            vault.kill()
            try FileManager.default.removeItem(atPath: vault.stateDirectory)
            try FileManager.default.copyItem(atPath: origin, toPath: vault.stateDirectory)
            // It starts where the fault comes later than the upgrade, in the event of the start or behind it.
            isPast = (try? startLater(["WARDER_TEST_KILL_AT": String(point)])) != nil
            vault.kill()
            if !isPast { struck += 1 }
            try startLater()
            try vault.unseal()
            try #require(try value() == "value-of-the-secret", "point \(point)")
            vault.kill()
            let files = try FileManager.default.contentsOfDirectory(atPath: vault.stateDirectory)
            #expect(files.filter { $0.contains("before-schema") } == ["vault.db.before-schema-3"], "point \(point)")
            #expect(!files.contains { $0.hasPrefix(".warder-snapshot") }, "point \(point): \(files)")
            point += 1
        }
        print("\(struck) points struck")
        #expect(struck > 30 && isPast)
    }
}

/// A file system in memory, of a size.
private final class SmallFileSystem {
    let directory: String

    struct Refused: Error { let code: Int32 }

    init(bytes: Int, at directory: String) throws {
        self.directory = directory
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        guard unsafe mount("tmpfs", directory, "tmpfs", UInt(MS_NOSUID), "size=\(bytes),mode=0700") == 0 else {
            throw Refused(code: errno)
        }
    }

    deinit { _ = unsafe umount2(directory, Int32(MNT_DETACH)) }
}

/// What a service manager listens on.
private final class NotificationSocket {
    let path: String
    private let descriptor: Int32

    struct Refused: Error { let code: Int32 }

    init(_ path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, length) }
        }
        guard result == 0 else { throw Refused(code: errno) }
    }

    deinit { close(descriptor) }

    /// What has arrived since the last look.
    func messages() -> [String] {
        var messages: [String] = []
        while true {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = unsafe recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return messages }
            messages.append(String(decoding: bytes.prefix(count), as: UTF8.self))
        }
    }
}
