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
            ("warder: 1\n!!binary c2VydmVycw==: {}\n", ": a YAML tag means nothing here"),
            ("warder: 1\nservers: !!omap {}\n", ": a YAML tag means nothing here"),
            (
                "warder: 1\nservers: {s: {uid: 1, approvals: {critical/standard: !x []}}}\n",
                ": a YAML tag means nothing"
            ),
            ("warder: 1\nservers:\n  one: &one {uid: 1}\n  two: {<<: *one}\n", "there is no key '<<' in a server"),
            ("warder: 1\nservers: {1: {uid: 1}, \"1\": {uid: 2}}\n", "'1' stands here more than once"),
            ("warder: 1\n...\n---\nservers: {}\n", ": this is no YAML that can be used here"),
        ]
    )
    func shapes(text: String, says: String) {
        let faults = Self.faults(text)
        #expect(faults.count == 1 && faults.first?.contains(says) == true, "\(faults)")
    }

    @Test(
        "numbers are what every reader of YAML finds in them",
        arguments: ["010", "0x10", "0o17", "1_000", "1e3", "+5", "-1", "1.0", "1:30", "٣", "１", "true", "4294967296"]
    )
    func numbers(text: String) {
        let faults = Self.faults("warder: 1\nservers: {s: {uid: \(text)}}\n")
        #expect(
            faults.count == 1 && faults.first?.contains("'uid' is a number of 0 to 4294967295") == true,
            "\(faults)"
        )
    }

    @Test("a number in quotes is that number, and zero is one")
    func quotedNumbers() throws {
        for text in ["\"1001\"", "'1001'", "1001"] {
            let bytes = Array("warder: 1\nservers: {s: {uid: \(text), gid: 0}}\n".utf8)
            let selectors = try DeclarationReader(bytes).declaration.servers[ServerName("s")]?.selectors
            #expect(selectors == Selectors(uid: 1001, gid: 0))
        }
    }

    @Test(
        "no name looks like another one, and no text has what nobody sees",
        arguments: [
            // Turned around, of no width, a letter of another script, full width, the sign for kelvin.
            "git\u{202E}buh", "git\u{200B}hub", "g\u{0456}thub", "\u{FF47}ithub", "\u{212A}ube", "caf\u{E9}", "Github",
            "cafe\u{301}", "a\u{AD}b", "\u{FEFF}github", " github", "github ",
        ]
    )
    func hiddenNames(name: String) {
        let files = [
            "warder: 1\nservers: {\"\(name)\": {uid: 1}}\n",
            "warder: 1\nservers: {s: {uid: 1, tools: {t: {risk: critical, grants: {\"\(name)/pat\": {}}}}}}\n",
            "warder: 1\nrotations: {\"\(name)\": {rotator: random}}\n",
        ]
        for file in files {
            let faults = Self.faults(file)
            #expect(faults.count == 1, "\(file.debugDescription): \(faults)")
        }
    }

    @Test(
        "texts and paths have no character that draws nothing",
        arguments: ["\u{202E}", "\u{2066}", "\u{200B}", "\u{200D}", "\u{FEFF}", "\u{AD}", "\u{3164}", "\u{2800}"]
    )
    func hiddenTexts(character: String) {
        for key in ["owner: \"sales\(character)\"", "executable: \"/usr/bin/git\(character)hub\""] {
            let faults = Self.faults("warder: 1\nservers: {s: {uid: 1, \(key)}}\n")
            #expect(faults.count == 1 && faults.first?.contains(character) == false, "\(faults)")
        }
    }

    @Test(
        "what a reader takes for a comment is one: no line breaks unseen, and none is turned around",
        arguments: ["\u{85}", "\u{2028}", "\u{2029}", "\r", "\u{202E}", "\u{2066}", "\u{200B}", "\u{1B}", "\u{FEFF}"]
    )
    func hiddenBreaks(character: String) {
        let text = "warder: 1\nservers:\n  s: # it runs as one user\(character)    {uid: 1}\n"
        let faults = Self.faults(text)
        #expect(faults.count == 1 && faults.first?.hasPrefix("f:3:27: here stands a character") == true, "\(faults)")
    }

    @Test("lines may end as on other systems, and a file may say how it is encoded")
    func lineEnds() throws {
        let bytes = Array("\u{FEFF}warder: 1\r\nservers: {s: {uid: 1}} #\ta comment\r\n".utf8)
        #expect(try DeclarationReader(bytes).declaration.servers.count == 1)
    }

    @Test("a name is as long as a name can be, and a thousand of them are refused one by one")
    func longNames() {
        let long = String(repeating: "a", count: 100_000)
        for file in [
            "warder: 1\nservers: {\(long): {uid: 1}}\n",
            "warder: 1\nservers: {s: {uid: 1, tools: {\(long): critical}}}\n",
            "warder: 1\nservers: {s: {uid: 1, owner: \(long)}}\n", "warder: 1\n\(long): 1\n",
        ] {
            let faults = Self.faults(file)
            #expect(faults.count == 1 && faults.allSatisfy { $0.utf8.count < 600 }, "\(faults.map(\.count))")
        }
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
