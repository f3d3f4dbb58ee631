import Foundation
import Glibc
import Testing

/// Values and names that must be nowhere but in answers to those who may have them.
///
/// Values and tokens stand in two kinds of answers alone: in what a resolve, a read with a token or a reveal was asked
/// for, and a token in the answer that issues it. Names of secrets, owners, labels and descriptions stand in answers to
/// operators whose role lets them read them: listings and details (`/v1/secrets`, `/v1/servers`, `/v1/tools`,
/// `/v1/grants`, `/v1/tokens`), changes of the thing that the request itself names, and the audit log, which is sealed
/// at rest. A person types them as arguments of `warder`, and reads them in its questions and results. They stand in no
/// error, refusal, metric, log line, file or process file of the daemon.
///
/// Every scan is proved on the very place: what was planted there by other means must be found.
@Suite("Canaries")
struct CanaryTests {
    private static let scenario = CanaryScenario()
    private static let value = scenario.value
    private static let name = scenario.name
    /// The beginning of every token; a token holds random bytes, so that no two share more.
    private static let token = Data("wdr_t_".utf8)

    /// Where values, names or tokens stand in `bytes`; empty is as it should be.
    private func leaks(in bytes: Data, names: Bool = true) -> [String] {
        value(in: bytes) + (names ? Self.name.forms(in: bytes).map { "a name: \($0)" } : [])
            + (bytes.range(of: Self.token) == nil ? [] : ["a token"])
    }

    private func value(in bytes: Data) -> [String] { Self.value.forms(in: bytes).map { "a value: \($0)" } }

    private func vault(environment: [String: String] = [:]) throws -> VaultProcess {
        let vault = try VaultProcess(profile: "single-user", settings: "log:\n  level: trace")
        try vault.start(environment: environment)
        try vault.initialise()
        return vault
    }

    @Test("a scan knows a canary in whatever form it was written")
    func forms() throws {
        let canary = Canary("quote \" and \\ and / and é: ")
        let json = try JSONSerialization.data(withJSONObject: [canary.text])
        #expect(canary.forms(in: json) == ["verbatim"])
        #expect(json.range(of: Data(canary.text.utf8)) == nil, "the whole text alone would not be found")
        for padding in 0..<6 {
            for end in 0..<4 {
                let around =
                    Data(repeating: 65, count: padding) + Data(canary.text.utf8) + Data(repeating: 66, count: end)
                #expect(canary.forms(in: Data(around.base64EncodedString().utf8)).count == 1, "\(padding) \(end)")
            }
        }
        let escaped = canary.text.utf16.map { String(format: "\\u%04x", $0) }.joined()
        #expect(canary.forms(in: Data(escaped.utf8)) == ["JSON escapes"])
        #expect(canary.forms(in: Data(Canary("other ").text.utf8)) == [])
    }

    @Test("no value and no name is in the database, its write-ahead log, or any other file of the vault")
    func files() throws {
        let vault = try vault()
        try Self.scenario.run(vault)
        let copy = DatabaseCopy(of: vault)
        // The write-ahead log holds everything so far.
        #expect(try copy.size(of: "vault.db-wal") > 100_000)
        for (file, bytes) in try copy.files() { #expect(leaks(in: bytes) == [], "\(file)") }
        let planted = Canary("planted ")
        try copy.take()
        try copy.plant(planted.text)
        #expect(try !planted.forms(in: copy.bytes(of: "vault.db-wal")).isEmpty, "the scan of the log finds nothing")

        // Values that are larger than the log may become are written back into the database.
        let large = String(repeating: "v", count: 1 << 20)
        for number in 0..<20 {
            try vault.ask("PUT", "/v1/secrets/large/\(number)", "{\"fields\":{\"value\":\"\(large)\"}}", expecting: 201)
        }
        let end = ContinuousClock.now + .seconds(30)
        while try copy.size(of: "vault.db") < 10 << 20, ContinuousClock.now < end { usleep(20_000) }
        #expect(try copy.size(of: "vault.db") > 10 << 20, "the log was not written back")
        for (file, bytes) in try copy.files() { #expect(leaks(in: bytes) == [], "\(file) after it was written back") }

        // The rows of the scenario are in the very pages that were searched.
        try copy.take(without: "vault.db-wal")
        #expect(try copy.rows(of: "records") > 5)
        #expect(try copy.rows(of: "log_leaves") > 20)
        try copy.plant(planted.text)
        try copy.writeBack()
        #expect(try !planted.forms(in: copy.bytes(of: "vault.db")).isEmpty, "the scan of the database finds nothing")
    }

    @Test("no value and no name is in an error, a refusal, the metrics, or the daemon's own log at its most talkative")
    func words() throws {
        let vault = try vault()
        let answers = try Self.scenario.run(vault)
        // The control: the same search finds both where they belong.
        #expect(!value(in: Data(answers.delivered.utf8)).isEmpty)
        #expect(!leaks(in: Data(answers.listings.utf8)).isEmpty)
        #expect(value(in: Data(answers.listings.utf8)) == [])
        #expect(answers.others.count > 14)
        for answer in answers.others { #expect(leaks(in: Data(answer.utf8)) == [], "\(answer)") }

        #expect(vault.stop() == 0)
        let said = Data(vault.said.utf8)
        #expect(leaks(in: said) == [])
        // Its logger wrote this: the vault's directory is in the paths that it says at its start.
        let directory = Canary(exactly: String(vault.directory.dropFirst("/tmp/".count)))
        #expect(!directory.forms(in: said).isEmpty, "the scan of the log finds nothing")
    }

    @Test("no value and no name is in an argument, the environment, or a process file that another user can read")
    func processes() throws {
        let planted = Canary(exactly: "p" + UUID().uuidString.lowercased().replacing("-", with: "").prefix(14))
        let vault = try vault(environment: ["WARDER_CANARY_PLANTED": planted.text])
        try Self.scenario.run(vault)
        for name in ["cmdline", "environ", "comm", "status", "stat", "maps", "limits", "mountinfo", "cgroup"] {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(vault.pid)/\(name)"))
            #expect(!bytes.isEmpty, "\(name)")
            #expect(leaks(in: bytes) == [], "\(name)")
            if name == "environ" { #expect(!planted.forms(in: bytes).isEmpty) }
            if name == "cmdline" {
                let directory = Canary(exactly: String(vault.directory.dropFirst("/tmp/".count)))
                #expect(!directory.forms(in: bytes).isEmpty)
            }
        }

        // Everything that another user can read, whatever the kernel calls it.
        let readable = try ReadableProcess.files(of: vault.pid, as: Stranger.uid)
        #expect(Set(readable.keys).isSuperset(of: ["cmdline", "status", "stat", "comm"]))
        #expect(Set(readable.keys).isDisjoint(with: ["environ", "mem", "maps", "smaps", "auxv", "stack", "syscall"]))
        for (file, bytes) in readable { #expect(leaks(in: bytes) == [], "/proc/PID/\(file)") }
        let helper = try ShowingProcess(planted.text, uid: Stranger.uid)
        let shown = try ReadableProcess.files(of: helper.pid, as: Stranger.uid)
        for file in ["cmdline", "environ", "comm", "status", "stat", "maps", "task/\(helper.pid)/comm"] {
            #expect(!planted.forms(in: shown[file] ?? Data()).isEmpty, "the scan of \(file) finds nothing")
        }
    }

    @Test("a value that is typed into the command is in none of its arguments, its environment and its messages")
    func command() throws {
        let vault = try vault()
        let planted = Canary("planted-")
        var session = TerminalSession(socket: vault.operatorSocket)
        session.environment = ["WARDER_CANARY_PLANTED": planted.text]
        let (secret, typed) = ("\(Self.name.text)/pat", Self.value.text)
        let prompts = [("\(secret) value:", typed), ("The same again:", typed)]
        let present = "Your present passphrase:"
        for (arguments, answers, input, status) in [
            (["secret", "put", secret], prompts, nil, 0),
            (["secret", "put", secret, "--stdin"], [], typed + "\n", 0),
            (["secret", "put", secret, "--check-version", "99"], prompts, nil, 7),
            (["secret", "put", secret], [prompts[0], ("The same again:", "other")], nil, 1),
            (["unseal", "--stdin"], [], typed, 0),
            (
                ["operator", "passphrase"],
                [(present, typed), ("New passphrase", typed), ("The same again:", typed)], nil, 5
            ),
            (["secret", "list"], [], nil, 0), (["audit", "tail"], [], nil, 0),
        ] as [([String], [(String, String)], String?, Int32)] {
            let result = try session.run(
                arguments + ["--socket", vault.operatorSocket],
                answers: answers,
                input: input
            )
            #expect(result.status == status, "\(arguments): \(result.screen)")
            #expect(value(in: Data(result.screen.utf8)) == [], "\(arguments)")
            let watched = Data(result.watched.joined(separator: "\n").utf8)
            #expect(value(in: watched) == [], "\(arguments)")
            #expect(!planted.forms(in: watched).isEmpty, "the environment was not seen")
            #expect(watched.range(of: Data(vault.operatorSocket.utf8)) != nil, "the arguments were not seen")
        }
        // The control: the screen does show what it was asked for.
        let shown = try session.run(["secret", "get", secret])
        #expect(!value(in: Data(shown.screen.utf8)).isEmpty)
        #expect(value(in: Data(shown.watched.joined().utf8)) == [])
    }
}
