import RandomTesting
import Testing
import WarderLinux

@testable import WarderConfiguration

/// A text, where its fault is, and words that the error must have.
struct FaultCase: Sendable, CustomTestStringConvertible {
    let text: String
    let line: Int
    let column: Int
    let words: [String]

    init(_ text: String, _ line: Int, _ column: Int, _ words: String...) {
        self.text = text
        self.line = line
        self.column = column
        self.words = words
    }

    var testDescription: String { text.debugDescription }
}

@Suite("Configuration: what a file cannot say")
struct ConfigurationFaultTests {
    private let fixture: ConfigurationFixture

    init() throws { fixture = try ConfigurationFixture() }

    static let cases: [FaultCase] = [
        // Unknown names.
        FaultCase("profil: team\n", 1, 1, "'profil'", "did you mean profile?"),
        FaultCase("# first\n\nlog:\n  levle: info\n", 4, 3, "'levle' in the section log", "did you mean level?"),
        FaultCase("limit:\n  body: 64KiB\n", 1, 1, "did you mean limits?"),
        FaultCase("Profile: team\n", 1, 1, "did you mean profile?"),
        FaultCase("state-directory: /x\n", 1, 1, "did you mean state_directory?"),
        FaultCase("limits.body: 64KiB\n", 1, 1, "write body below the section limits"),
        FaultCase("locked_limit: 1MiB\n", 1, 1, "did you mean locked_limit in the section memory?"),
        FaultCase("limits:\n  profile: team\n", 2, 3, "did you mean profile, which stands outside of sections?"),
        FaultCase("zebra: 1\n", 1, 1, "known here: profile, state_directory", "log"),
        FaultCase("<<: {profile: team}\n", 1, 1, "'<<'"),
        FaultCase("profile\u{E9}: team\n", 1, 1, "profile"),
        // Names that stand twice.
        FaultCase("profile: team\nlog:\n  level: info\nprofile: team\n", 1, 1, "'profile' stands here more than once"),
        FaultCase("log:\n  level: info\n  \"level\": debug\n", 2, 3, "'level' stands here more than once"),
        // Wrong types.
        FaultCase("event_loops: two\n", 1, 14, "event_loops cannot be 'two'", "1 to 64"),
        FaultCase("event_loops: \"2\"\n", 1, 14, "is a number", "quotes"),
        FaultCase("event_loops: 2.0\n", 1, 14, "cannot be '2.0'"),
        FaultCase("event_loops: 0x2\n", 1, 14, "cannot be '0x2'"),
        FaultCase("event_loops: -1\n", 1, 14, "cannot be '-1'"),
        FaultCase("profile: [team]\n", 1, 10, "takes one value, and here stands a list"),
        FaultCase("profile:\n  team: yes\n", 2, 3, "here stands a section"),
        FaultCase("limits: 5\n", 1, 9, "limits is a section", "connections_per_uid"),
        FaultCase("limits:\n  - body\n", 2, 3, "limits is a section"),
        FaultCase("profile:\n", 1, 1, "profile has no value", "single-user, team"),
        FaultCase("log:\n  level: ~\n", 2, 3, "log.level has no value"),
        FaultCase("- profile\n", 1, 1, "a list of settings is expected"),
        FaultCase("team\n", 1, 1, "a list of settings is expected"),
        FaultCase("? [a]\n: b\n", 1, 3, "the name of a setting is expected"),
        FaultCase("event_loops: !!int 2\n", 1, 14, "YAML tag"),
        FaultCase("profile: !secret team\n", 1, 10, "YAML tag"),
        // Values out of range, or of no known form.
        FaultCase("profile: teams\n", 1, 10, "profile cannot be 'teams'", "did you mean team?", "single-user, team"),
        FaultCase("log:\n  level: verbose\n", 2, 10, "trace, debug, info, notice, warning, error, critical"),
        FaultCase("event_loops: 65\n", 1, 14, "event_loops is 65, which is out of range", "1 to 64"),
        FaultCase("event_loops: 0\n", 1, 14, "out of range"),
        FaultCase("event_loops: 99999999999999999999\n", 1, 14, "cannot be"),
        FaultCase("argon2:\n  passes: 1\n", 2, 11, "2 to 64"),
        FaultCase("argon2:\n  memory: 18MiB\n", 2, 11, "argon2.memory is 18MiB", "19MiB to 4GiB"),
        FaultCase("limits:\n  body: 65536\n", 2, 9, "limits.body cannot be '65536'", "KiB"),
        FaultCase("deadlines:\n  idle: 60\n", 2, 9, "deadlines.idle cannot be '60'", "1m30s"),
        FaultCase("deadlines:\n  body: 11m\n", 2, 9, "1s to 10m"),
        FaultCase("state_directory: var/lib\n", 1, 18, "absolute path"),
        FaultCase("state_directory: ~/warder\n", 1, 18, "there is no ~"),
        FaultCase("operator_group: nobodys\n", 1, 17, "no such group", "groupadd"),
        FaultCase("client_socket: /\(String(repeating: "a", count: 107))\n", 1, 16, "108 bytes", "107"),
        // Wrong together.
        FaultCase("client_socket: /a\noperator_socket: /a\n", 2, 1, "same path"),
        FaultCase("limits:\n  body: 1MiB\n  secret_body: 64KiB\n", 3, 3, "less than limits.body"),
        FaultCase("memory:\n  locked_limit: 1MiB\n", 2, 3, "no room"),
        FaultCase("deadlines:\n  request: 5s\n", 2, 3, "ends before"),
        // Entries of the worker.
        FaultCase("worker:\n  hooks: 5\n", 2, 10, "worker.hooks has entries", "program"),
        FaultCase("worker:\n  hooks:\n    A: {program: /x}\n", 3, 5, "no name for an entry"),
        FaultCase("worker:\n  hooks:\n    ../a: {program: /x}\n", 3, 5, "no name for an entry"),
        FaultCase("worker:\n  hooks:\n    a:\n", 3, 5, "has no settings"),
        FaultCase("worker:\n  hooks:\n    a: {timeout: 5s}\n", 3, 5, "worker.hooks.a has no program"),
        FaultCase("worker:\n  hooks:\n    a: {program: x}\n", 3, 18, "worker.hooks.a.program", "absolute path"),
        FaultCase("worker:\n  hooks:\n    a:\n      programm: /x\n", 4, 7, "did you mean program?"),
        FaultCase("worker:\n  hooks:\n    a: {program: /x, program: /y}\n", 3, 9, "'program' stands here"),
        FaultCase("worker:\n  hooks:\n    a: {program: /x}\n    a: {program: /y}\n", 3, 5, "'a' stands here"),
        FaultCase("worker:\n  hooks:\n    a: {program: /x, sha256: beef}\n", 3, 30, "no SHA-256", "sha256sum"),
        FaultCase("worker:\n  hooks:\n    a: {program: /x, user: nobodys}\n", 3, 28, "no such user"),
        FaultCase("worker:\n  hooks:\n    a: {program: /x, environment: b}\n", 3, 22, "names with values"),
        FaultCase("worker:\n  hooks:\n    a: {program: /x, environment: {1A: b}}\n", 3, 22, "'1A'", "digit"),
        FaultCase("worker:\n  hooks:\n    a: {program: /x, environment: {LD_PRELOAD: /y}}\n", 3, 22, "loader"),
        FaultCase("worker:\n  hooks:\n    a: {program: /x, environment: {A: [b]}}\n", 3, 39, "takes one value"),
        FaultCase("worker:\n  postgres:\n    a: {host: db}\n", 3, 5, "has no database"),
        FaultCase("worker:\n  postgres:\n    a: {host: 'a,b', database: x}\n", 3, 15, "one host name"),
        FaultCase("worker:\n  postgres:\n    a: {host: db, database: x, tls: disable}\n", 3, 32, "over a network"),
        FaultCase("worker:\n  postgres:\n    a: {host: db, database: x, port: 0}\n", 3, 38, "1 to 65535"),
        FaultCase("worker:\n  job: 3\n", 2, 3, "did you mean jobs?"),
        // Webhooks. Nothing of an address is quoted.
        FaultCase("notices:\n  webhook: http://a.example/x\n", 2, 12, "over a network without TLS", "write https://"),
        FaultCase("notices:\n  webhook: http://127.0.0.1.a.example/x\n", 2, 12, "without TLS"),
        FaultCase("notices:\n  webhook: http://10.0.0.1/x\n", 2, 12, "without TLS"),
        FaultCase("notices:\n  webhook: a.example/x\n", 2, 12, "no address", "https://HOST[:PORT]/PATH"),
        FaultCase("notices:\n  webhook: https://u:p@a.example/x\n", 2, 12, "no address", "without a user"),
        FaultCase("notices:\n  webhook: https://a.example/x?key=y\n", 2, 12, "has a query", "plain path"),
        FaultCase("notices:\n  webhook: https://a.example/x/../y\n", 2, 12, "segment", "plain path"),
        FaultCase("notices:\n  webhook: https://a.example/x\n", 2, 3, "has no key", "set notices.webhook_key"),
        FaultCase("notices:\n  webhook_key: webhook.key\n", 2, 16, "absolute path"),
        FaultCase("notices:\n  webhook_timeout: 31s\n", 2, 20, "1s to 30s"),
        FaultCase("notices:\n  webhook_url: https://a.example/x\n", 2, 3, "'webhook_url' in the section notices"),
        FaultCase(
            "notices: {program: /x, timeout: 55s, webhook: 'https://a.example/x', webhook_key: /k}\n",
            1,
            24,
            "together longer than 1m",
            "lower one of them"
        ),
        // No YAML, or none that can be used.
        FaultCase("log:\n\tlevel: info\n", 2, 1, "no YAML", "spaces"),
        FaultCase("profile: team: x\n", 1, 14, "no YAML"),
        FaultCase("profile: 'team\n", 2, 1, "no YAML"),
        FaultCase("profile: team\n---\nprofile: team\n", 2, 1, "one document"),
        FaultCase("profile: *x\n", 1, 10, "no aliases"),
        FaultCase("profile: te\u{7}am\n", 1, 12, "no YAML"),
    ]

    @Test("stops with the place, what is wrong, and what to do", arguments: cases)
    func fault(_ expected: FaultCase) throws {
        let error = try #require(try fixture.fault(expected.text), "accepted")
        #expect(error.place == .file(fixture.file, line: expected.line, column: expected.column))
        for word in expected.words { #expect(error.description.contains(word), "\(error)") }
        #expect(!error.remedy.isEmpty)
    }

    @Test("prints file, line and column as editors read them")
    func description() throws {
        let error = try #require(try fixture.fault("\nprofil: team\n"))
        #expect(
            error.description == """
                \(fixture.file):2:1: there is no setting 'profil'
                  did you mean profile?
                """
        )
    }

    @Test("a long or hostile text is cut short and made harmless")
    func quotation() throws {
        let long = String(repeating: "x", count: 500)
        #expect(try #require(try fixture.fault("profile: \(long)\n")).description.count < 400)
        let error = try #require(try fixture.fault("profile: \"a\\e[2Jb\\n\\u202Ec\"\n"))
        #expect(error.problem == "profile cannot be 'a\\u{1b}[2Jb\\u{a}\\u{202e}c'")
        #expect(error.description.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
    }

    @Test("a byte order mark is no fault")
    func byteOrderMark() throws {
        #expect(try fixture.load("\u{FEFF}event_loops: 3\n").eventLoops == 3)
    }

    @Test("nesting without end is refused", arguments: ["[", "{a: ", "- ", "? "])
    func nesting(opening: String) throws {
        let error = try #require(try fixture.fault(String(repeating: opening, count: 20_000)))
        #expect(!error.remedy.isEmpty)
    }

    @Test("aliases cannot make a small file large")
    func aliases() throws {
        var text = "a0: &a0 [x, x]\n"
        for level in 1..<40 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        #expect(try #require(try fixture.fault(text)).problem.contains("'a0'"))
    }

    @Test("damaged files are refused or accepted, and never end the process")
    func damage() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed of the damaged configuration files: \(seed)")
        var random = SeededGenerator(seed: seed)
        let source = Array(ExampleFile.text(defaults: try fixture.defaults()).replacing("#", with: " ").utf8)
        for _ in 0..<400 {
            var bytes = source
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...127, using: &random)
                case 1: bytes.remove(at: place)
                default:
                    bytes.insert(
                        contentsOf: Array("{}[]&*!|>'\"%@`\t: \n-?".utf8).shuffled(using: &random).prefix(2),
                        at: place
                    )
                }
            }
            var configuration = try fixture.defaults()
            let parser = ConfigurationParser(file: "damaged.yaml", surroundings: fixture.surroundings())
            do throws(ConfigurationError) {
                _ = try parser.apply(String(decoding: bytes, as: UTF8.self), to: &configuration)
            } catch {
                #expect(error.description.count < 1500)
            }
        }
    }
}
