import Foundation
import Glibc
import Testing

/// Values and names that must be nowhere but in answers to those who may have them.
///
/// Every place is scanned twice: once with a second canary planted in that very place, which the scan must find, and
/// then for the real ones, which it must not.
@Suite("Canaries")
struct CanaryTests {
    private static let value = "c4nary-value-" + UUID().uuidString
    /// Names are sealed at rest; whoever may read the log may read them.
    private static let name = "c4nary-name-" + UUID().uuidString.lowercased()
    private static let planted = "planted-" + UUID().uuidString

    /// A place that is searched for bytes.
    private struct Place {
        var name: String
        var bytes: () throws -> [Data]
        /// Puts the second canary there.
        var plant: (() throws -> Void)?
    }

    private func contains(_ needle: String, in place: Place) throws -> Bool {
        try place.bytes().contains { $0.range(of: Data(needle.utf8)) != nil }
    }

    private func files(below directory: String) throws -> [Data] {
        try FileManager.default.contentsOfDirectory(atPath: directory).compactMap {
            FileManager.default.contents(atPath: directory + "/" + $0)
        }
    }

    @Test("canaries stand in no file, log, error, metric, argument, environment or readable process file")
    func nowhere() throws {
        let vault = try VaultProcess(profile: "single-user", settings: "log:\n  level: trace")
        try vault.start(environment: ["WARDER_CANARY_PLANTED": Self.planted])
        try vault.initialise()
        let answers = try scenario(vault)
        #expect(answers.delivered.contains(Self.value))

        var places = [
            Place(name: "database, write-ahead log and lock", bytes: { try files(below: vault.stateDirectory) }) {
                try Data(Self.planted.utf8).write(to: URL(fileURLWithPath: vault.stateDirectory + "/planted"))
            },
            Place(name: "the daemon's own log", bytes: { [Data(vault.said.utf8)] }) {
                let handle = try #require(FileHandle(forWritingAtPath: vault.directory + "/warderd.log"))
                handle.seekToEndOfFile()
                handle.write(Data(Self.planted.utf8))
            },
            Place(
                name: "errors, refusals and metrics",
                bytes: { (answers.others + [Self.planted]).map { Data($0.utf8) } },
                plant: nil
            ),
            Place(
                name: "environment of the daemon",
                bytes: { [try Data(contentsOf: URL(fileURLWithPath: "/proc/\(vault.pid)/environ"))] },
                plant: nil
            ),
        ]
        for file in ["cmdline", "status", "stat", "limits", "maps", "mountinfo", "cgroup", "comm"] {
            places.append(
                Place(
                    name: "/proc/PID/\(file)",
                    bytes: { [(FileManager.default.contents(atPath: "/proc/\(vault.pid)/\(file)") ?? Data())] },
                    plant: nil
                )
            )
        }
        for place in places {
            try place.plant?()
            if place.plant != nil || place.name.hasPrefix("env") || place.name.hasPrefix("errors") {
                #expect(try contains(Self.planted, in: place), "the scan of \(place.name) finds nothing at all")
            }
            #expect(try !contains(Self.value, in: place), "a value is in \(place.name)")
            #expect(try !contains("wdr_t_", in: place), "a token is in \(place.name)")
            if !place.name.hasPrefix("errors") {
                #expect(try !contains(Self.name, in: place), "a name is in \(place.name)")
            }
        }
    }

    @Test("another user reads nothing of the daemon's memory, environment or files, and no core file is written")
    func closedToOthers() throws {
        let vault = try VaultProcess(profile: "single-user")
        try vault.start()
        try vault.initialise()
        _ = try scenario(vault)
        let script = """
            import os, sys
            for path in sys.argv[1:]:
                try:
                    with open(path, "rb") as f: f.read(1)
                    print("READ", path)
                except OSError as error:
                    print("refused", path, error.errno)
            """
        let secret = ["environ", "mem", "maps", "auxv", "stack"].map { "/proc/\(vault.pid)/\($0)" }
        let files = ["/vault.db", "/vault.db-wal", "/vault.lock"].map { vault.stateDirectory + $0 }
        let control = vault.directory + "/readable"
        try Data("x".utf8).write(to: URL(fileURLWithPath: control))
        _ = unsafe chmod(control, 0o644)
        let said = try Program.python(script, secret + files + [control], uid: Stranger.uid).output
        #expect(said.contains("READ \(control)"), "the probe can read what it may")
        for path in secret + files { #expect(said.contains("refused \(path)"), "\(path)") }

        // The kernel says of a process that is not dumpable that its files belong to root, whoever it runs as; and it
        // writes no core.
        let limits = try String(contentsOfFile: "/proc/\(vault.pid)/limits", encoding: .utf8)
        let core = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
        #expect(core.split(separator: " ").filter { $0 == "0" }.count == 2)
        Glibc.kill(vault.pid, SIGABRT)
        vault.process.waitUntilExit()
        let directories = [vault.directory, vault.stateDirectory, vault.directory + "/run", "/tmp"]
        for directory in directories {
            let left = try FileManager.default.contentsOfDirectory(atPath: directory)
            #expect(!left.contains { $0 == "core" || $0 == "core.\(vault.pid)" })
        }
    }

    /// Everything that a vault does in a day, with canaries in it.
    private func scenario(_ vault: VaultProcess) throws -> (delivered: String, others: [String]) {
        var others: [String] = []
        let secret = "\(Self.name)/pat"
        let put =
            "{\"fields\":{\"value\":\"\(Self.value)\"},\"owner\":\"\(Self.name)\",\"labels\":{\"team\":\"\(Self.name)\"}}"
        try vault.ask("PUT", "/v1/secrets/\(secret)", put, expecting: 201)
        try vault.ask("PUT", "/v1/secrets/\(secret)", put, expecting: 200)
        try vault.ask(
            "POST",
            "/v1/servers",
            "{\"name\":\"github\",\"owner\":\"\(Self.name)\",\"selectors\":{\"uid\":0}}",
            expecting: 201
        )
        try vault.ask(
            "POST",
            "/v1/tools",
            "{\"name\":\"github/list\",\"risk\":\"read-only\",\"description\":\"\(Self.name)\"}",
            expecting: 201
        )
        try vault.ask("POST", "/v1/grants", "{\"tool\":\"github/list\",\"secret\":\"\(secret)\"}", expecting: 201)

        let client = try vault.client()
        let issued = try client.request(
            "POST",
            "/v1/tokens",
            body: "{\"tool\":\"list\",\"arguments\":{\"password\":\"\(Self.value)\"}}"
        )
        let token = try #require(issued.json["token"] as? String)
        let delivered = try client.request("GET", "/v1/secrets/\(secret)", token: token).body
        #expect(try vault.ask("POST", "/v1/reveal/\(secret)", "{}").body.contains(Self.value))

        // Requests that fail, with the canary wherever a message could quote it.
        for (method, path, body) in [
            ("PUT", "/v1/secrets/\(secret)", "{\"fields\":{\"value\":\"\(Self.value)\"},\"\(Self.value)\":1}"),
            ("PUT", "/v1/secrets/\(secret)", "{\"fields\":{\"value\":\"\(Self.value)"),
            ("PUT", "/v1/secrets/\(secret)", "{\"fields\":{\"\(Self.value)!\":\"x\"}}"),
            ("PUT", "/v1/secrets/\(secret)", "{\"fields\":{\"value\":\"\(Self.value)\"},\"check_version\":99}"),
            ("POST", "/v1/tools", "{\"name\":\"github/x\",\"risk\":\"\(Self.value)\"}"),
            ("POST", "/v1/sys/unseal", "{\"passphrase\":\"\(Self.value)\",\"credential_base64\":\"\(Self.value)\"}"),
            ("POST", "/v1/presence", "{\"passphrase\":\"\(Self.value)\"}"),
            ("GET", "/v1/audit/events?\(Self.value)=x", ""), ("GET", "/v1/\(Self.value)", ""),
        ] {
            let answer = try vault.ask(method, path, body.isEmpty ? nil : body)
            #expect(answer.status >= 400)
            others.append(answer.body + answer.head)
        }
        for (method, path, body) in [
            ("POST", "/v1/resolve", "{\"tool\":\"list\",\"secret\":\"\(secret)\",\"field\":\"other\"}"),
            ("POST", "/v1/resolve", "{\"tool\":\"\(Self.value)!\",\"secret\":\"x\"}"),
            ("GET", "/v1/secrets/\(Self.name)/other", ""),
        ] {
            let answer = try vault.client().request(method, path, body: body.isEmpty ? nil : body, token: token)
            #expect(answer.status >= 400)
            others.append(answer.body + answer.head)
        }
        others.append(try vault.ask("GET", "/v1/metrics").body)
        others.append(try vault.ask("GET", "/v1/sys/status").body)
        // The log names names, for whoever may read it; never values, tokens or arguments.
        let log = try vault.ask("GET", "/v1/audit/events?limit=1000").body
        #expect(log.contains(Self.name))
        #expect(!log.contains(Self.value))
        #expect(!log.contains("wdr_t_"))
        for path in [
            "/v1/secrets", "/v1/secrets/\(secret)", "/v1/servers", "/v1/tools", "/v1/grants", "/v1/tokens",
            "/v1/operators", "/v1/sys/findings",
        ] {
            let listing = try vault.ask("GET", path, expecting: 200).body
            #expect(!listing.contains(Self.value))
            #expect(!listing.contains("wdr_t_"))
        }
        try vault.ask("DELETE", "/v1/secrets/\(secret)", expecting: 200)
        try vault.ask("POST", "/v1/undelete/\(secret)", expecting: 200)
        try vault.ask("POST", "/v1/destroy/\(secret)", "{\"version\":1}", expecting: 200)
        return (delivered, others)
    }
}
