import Testing
import WarderModel

@testable import Declarations

@Suite struct DeclarationReaderTests {
    private static func faults(_ text: String) -> [String] { faults(Array(text.utf8)) }

    private static func faults(_ bytes: [UInt8]) -> [String] {
        do throws(DeclarationFaults) {
            _ = try DeclarationReader(bytes)
            return []
        } catch {
            return error.faults.map { "\($0.line(in: "f")); \($0.remedy)" }
        }
    }

    @Test("a file says what there is, and what it leaves out has its default")
    func defaults() throws {
        let text = """
            warder: 1
            servers:
              github:
                uid: 1001
                tools:
                  list_issues: read-only
                  create_issue:
                    risk: side-effect
                    grants:
                      github/pat:
            """
        let read = try DeclarationReader(Array(text.utf8)).declaration
        let github = try ServerName("github")
        #expect(read.servers == [github: ServerTerms(selectors: Selectors(uid: 1001))])
        #expect(read.tools[try ToolID("github/list_issues")] == ToolTerms(risk: .readOnly))
        let place = GrantPlace(tool: try ToolID("github/create_issue"), secret: try SecretName("github/pat"))
        #expect(read.grants == [place: GrantTerms()])
    }

    @Test("everything that is wrong is told at once, each with its line, its column and what was meant")
    func all() {
        let text = """
            warder: 1
            servers:
              github:
                unitt: mcp.service
                uid: many
                tools:
                  create_issue:
                    risk: critcal
                    grants:
                      GitHub/pat: {ttl: 2h, approval: nobody}
            rotation:
              github/pat: {rotator: random}
            """
        #expect(
            Self.faults(text) == [
                "f:4:5: there is no key 'unitt' in a server; did you mean unit?",
                "f:5:10: 'uid' is a number of 0 to 4294967295; write digits alone",
                "f:8:15: 'risk' is one of: read-only, side-effect, critical; did you mean critical?",
                "f:10:11: this is no name: it has a character that cannot stand there; write a name such as github/pat",
                "f:11:1: there is no key 'rotation' in a file; did you mean rotations?",
            ]
        )
    }

    @Test("what is wrong within a grant is told too")
    func grants() {
        let text = """
            warder: 1
            servers:
              github:
                tools:
                  a:
                    risk: read-only
                    pin: maybe
                    grants:
                      github/pat: {ttl: 2h, uses: 0, approval: by-clas, fields: [], expires: soon}
            """
        let lines = Self.faults(text).map { String($0.prefix { $0 != ";" }) }
        #expect(
            lines == [
                "f:7:14: 'pin' is one of: always, when-presented",
                "f:9:29: 'ttl' is 1s to 1h",
                "f:9:39: 'uses' is a number of 1 to 1000000",
                "f:9:52: 'approval' is one of: by-class, none",
                "f:9:69: a grant names each of its fields once, and one at least",
                "f:9:82: 'expires' is a date or a moment",
            ]
        )
    }

    @Test(
        "what is no such file is refused as a whole",
        arguments: [
            ("", "f: the file says nothing"), ("# nothing\n", "f: the file says nothing"),
            ("- a\n", "f:1:1: a file is written as"), ("servers: {}\n", "f:1:1: the format is not said"),
            ("warder: 2\n", "f:1:9: this version knows format 1 alone"),
            ("warder: 1\nwarder: 1\n", ": 'warder' stands here more than once"),
            ("warder: 1\nservers: [\n", ": this is no YAML"),
            ("warder: 1\nservers:\n\tgithub: {}\n", ": this is no YAML"),
            ("warder: 1\n---\nwarder: 1\n", ": this is no YAML that can be used here"),
            ("warder: !!int 1\n", "f:1:9: a YAML tag means nothing here"),
        ]
    )
    func shapes(text: String, says: String) {
        let faults = Self.faults(text)
        #expect(faults.count == 1 && faults.first?.contains(says) == true, "\(faults)")
    }

    @Test("a value has no place in a file, whatever it is called, and is not repeated")
    func values() {
        let token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4"
        let places = [
            "warder: 1\nservers: {github: {uid: 1, owner: \(token)}}\n",
            "warder: 1\n# \(token)\n", "warder: 1\n\(token): 1\n",
            "warder: 1\nrotations: {a/b: {rotator: random, settings: {x: \(token)}}}\n",
        ]
        for text in places {
            let faults = Self.faults(text)
            #expect(faults.count == 1 && faults[0].contains("this looks like a secret"), "\(faults)")
            #expect(!faults.joined().contains(token))
        }
        let named = Self.faults(
            "warder: 1\nsecrets: {a/b: x}\nservers: {s: {uid: 1, tools: {t: {risk: critical, password: hunter2}}}}\n"
        )
        #expect(named.count == 2 && named.allSatisfy { $0.contains("values of secrets have no place in this file") })
        #expect(!named.joined().contains("hunter2"))
    }

    @Test("aliases cannot make a small file large")
    func aliases() {
        var text = "a: &a {x: 1}\n"
        for (last, next) in zip("abcdefgh", "bcdefghi") {
            text += "\(next): &\(next) [\(Array(repeating: "*\(last)", count: 30).joined(separator: ", "))]\n"
        }
        #expect(!Self.faults("warder: 1\n" + text).isEmpty)
        #expect(
            Self.faults("warder: 1\nx: &x [a]\n? [*x, *x]\n: 1\n").first?.contains("an alias stands for a name") == true
        )
        // Servers that are aliases of one with many tools.
        let tools = (0..<1000).map { "      t\($0): read-only\n" }.joined()
        let servers = (0..<400).map { "  s\($0): *one\n" }.joined()
        let bomb = "warder: 1\nservers:\n  one: &one\n    uid: 1\n    tools:\n" + tools + servers
        let faults = Self.faults(bomb)
        #expect(faults.contains { $0.contains("there is too much in this file") }, "\(faults.first ?? "")")
    }

    @Test("a file is at most 1 MiB, and text")
    func sizes() {
        let long = Array("warder: 1\n#".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        #expect(Self.faults(long).first?.hasPrefix("f: the file is longer than 1 MiB") == true)
        #expect(Self.faults([0xFF, 0xFE]).first?.hasPrefix("f: the file is no text in UTF-8") == true)
    }

    @Test("of very many faults a hundred are told")
    func many() {
        let keys = (0..<300).map { "x\($0): 1\n" }.joined()
        #expect(Self.faults("warder: 1\n" + keys).count == 100)
    }

    @Test("a name is quoted so that it draws nothing on a terminal")
    func terminal() {
        let faults = Self.faults("warder: 1\n\"a\\eb\\u202Ec\": 1\n")
        #expect(faults.first?.contains("'a\\u{1b}b\\u{202e}c'") == true, "\(faults)")
    }

    @Test("a server is known by more than an executable, and rules that count nothing have no threshold")
    func meaning() {
        let lines = Self.faults(
            """
            warder: 1
            servers:
              a: {executable: /usr/bin/x}
            rotations:
              a/b: {schedule: sometimes}
              a/c: {rotator: random, window: '22:00-04:00 Europe/Berlin'}
              a/d: {rotator: random, settings: {length: "3"}}
            alerts:
              honeytoken: {threshold: 3}
              spike: {hours: '07:00-20:00 Europe/Berlin'}
            limits: {critical: inherit}
            approvals: {critical/financial: security}
            """
        ).map { String($0.prefix { $0 != ";" }) }
        #expect(
            lines == [
                "f:3:7: a server needs a uid, gid, group or unit",
                "f:5:3: the rotator is not said",
                "f:5:19: this is no schedule",
                "f:6:3: a window and a jitter mean nothing by themselves",
                "f:7:3: no value can be made as the settings say: \(Self.tooShort)",
                "f:9:16: this rule counts nothing",
                "f:10:11: only off_hours has hours",
                "f:11:20: a limit is a number of 1 to 1000000 with /min, or off",
                "f:12:33: 'critical/financial' takes a list",
            ]
        )
    }

    private static var tooShort: String {
        let text = faults("warder: 1\nrotations:\n  a/d: {rotator: random, settings: {length: \"3\"}}\n")[0]
        return String(text.split(separator: ": ", maxSplits: 2)[2].prefix { $0 != ";" })
    }
}
