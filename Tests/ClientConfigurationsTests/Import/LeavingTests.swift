import ClientConfigurations
import Testing
import WarderModel

/// What stays where it is, and what is said of it.
@Suite struct LeavingTests {
    static let entries: [(String, Left.Reason, String)] = [
        (#"{"command": "npx", "args": ["x", "--t*k=\#(Invented.github)"]}"#, .argument, "args › #2"),
        (
            #"{"type": "sse", "url": "https://x/sse", "headers": {"X-API-Key": "\#(Invented.hex)"}}"#,
            .remote(.oldTransport, .claudeDesktop), "headers › X-API-Key"
        ),
        (#"{"url": "https://u:\#(Invented.password)@x/sse"}"#, .remote(.oldTransport, .claudeDesktop), "url"),
        (#"{"type": "ws", "url": "wss://x?key=\#(Invented.hex)"}"#, .remote(.otherTransport, .claudeDesktop), "url"),
        (
            #"{"serverUrl": "https://x?access_token=\#(Invented.hex)"}"#, .remote(.otherMember, .claudeDesktop),
            "serverUrl"
        ),
        (
            #"{"url": "https://x", "oauth": {}, "headers": {"X-API-Key": "\#(Invented.hex)"}}"#,
            .remote(.otherMember, .claudeDesktop), "headers › X-API-Key"
        ),
        (
            #"{"url": "https://x", "headersHelper": "h", "headers": {"X-API-Key": "\#(Invented.hex)"}}"#,
            .remote(.otherMember, .claudeDesktop), "headers › X-API-Key"
        ),
        (
            #"{"url": "http://x.example", "headers": {"X-API-Key": "\#(Invented.hex)"}}"#,
            .remote(.address, .claudeDesktop), "headers › X-API-Key"
        ),
        (#"{"url": "https://x/a#b?key=\#(Invented.hex)"}"#, .remote(.address, .claudeDesktop), "url"),
        (#"{"url": "https://x/{a}/b?key=\#(Invented.hex)"}"#, .remote(.address, .claudeDesktop), "url"),
        (#"{"url": "https://x/a/../b?key=\#(Invented.hex)"}"#, .remote(.address, .claudeDesktop), "url"),
        (#"{"url": "x/mcp?key=\#(Invented.hex)"}"#, .remote(.address, .claudeDesktop), "url"),
        (
            #"{"url": "https://x", "headers": {"Mcp-Session-Id": "1", "X-API-Key": "\#(Invented.hex)"}}"#,
            .remote(.header, .claudeDesktop), "headers › X-API-Key"
        ),
        (
            #"{"url": "https://x", "headers": {"A": true, "X-API-Key": "\#(Invented.hex)"}}"#,
            .remote(.header, .claudeDesktop), "headers › X-API-Key"
        ),
        (
            #"{"url": "https://x", "headers": {"A": "{\"b\": 1}", "X-API-Key": "\#(Invented.hex)"}}"#,
            .remote(.header, .claudeDesktop), "headers › X-API-Key"
        ),
        (
            #"{"url": "https://x", "headers": {"A": "b\nc", "X-API-Key": "\#(Invented.hex)"}}"#,
            .remote(.header, .claudeDesktop), "headers › X-API-Key"
        ),
        (
            #"{"url": "https://x/${TEAM}", "headers": {"X-API-Key": "\#(Invented.hex)"}}"#,
            .remote(.reference, .claudeDesktop), "headers › X-API-Key"
        ),
        (
            #"{"url": "https://x", "headers": {"A": "${env:A}", "X-API-Key": "\#(Invented.hex)"}}"#,
            .remote(.reference, .claudeDesktop), "headers › X-API-Key"
        ),
        (
            #"{"url": "https://x", "headers": {"X-API-Key": "${KEY:-\#(Invented.hex)}"}}"#,
            .remote(.reference, .claudeDesktop), "headers › X-API-Key"
        ),
        (
            #"{"url": "https://x", "headers": {"X-Blob": "\#(Invented.hex)"}}"#, .doubtful, "headers › X-Blob"
        ),
        (#"{"command": "npx -y server", "env": {"TOKEN": "\#(Invented.github)"}}"#, .commandLine, "env › TOKEN"),
        (#"{"command": "a", "env": {"DB": "postgres://${USER}:\#(Invented.password)@h/d"}}"#, .mixed, "env › DB"),
        (#"{"command": "a", "env": {"A_TOKEN": "${A_TOKEN:-\#(Invented.github)}"}}"#, .mixed, "env › A_TOKEN"),
        (#"{"command": "a", "env": {"my-token": "\#(Invented.github)"}}"#, .variableName, "env › my-token"),
        (#"{"command": "a", "env": {"BLOB": "\#(Invented.hex)"}}"#, .doubtful, "env › BLOB"),
        (
            #"{"command": "a", "oauth": {"clientSecret": "\#(Invented.password)"}}"#, .otherMember,
            "oauth › clientSecret"
        ),
        (
            #"{"command": "a", "url": "b", "env": {"TOKEN": "\#(Invented.github)"}}"#,
            .unclear("its entry names a command and a url, and only the client knows which one it takes"), "env › TOKEN"
        ),
        (#"{"command": ["a", "\#(Invented.github)"]}"#, .unclear("its command is no text"), "command › #2"),
        (#"{"command": "a", "args": "\#(Invented.github)"}"#, .unclear("its args are not a list of texts"), "args"),
        (
            #"{"command": "a", "args": [1], "env": {"TOKEN": "\#(Invented.github)"}}"#,
            .unclear("its args are not a list of texts"), "env › TOKEN"
        ),
        (
            #"{"command": "a", "env": [{"TOKEN": "\#(Invented.github)"}]}"#,
            .unclear("its env or headers are not names with values"), "env › #1 › TOKEN"
        ),
        (
            #"{"cmd": "a", "envs": {"TOKEN": "\#(Invented.github)"}}"#,
            .unclear("its entry names neither a command nor a url"), "envs › TOKEN"
        ),
        (
            #"{"command": "a", "args": ["\ud800"], "env": {"TOKEN": "\#(Invented.github)"}}"#,
            .unclear("one of its texts has half a character, or a NUL, and no program can be given that"), "env › TOKEN"
        ),
        (
            #"{"command": "a", "args": ["\u0000"], "env": {"TOKEN": "\#(Invented.github)"}}"#,
            .unclear("one of its texts has half a character, or a NUL, and no program can be given that"), "env › TOKEN"
        ),
        (
            #"{"command": "warder", "args": ["run", "a"], "env": {"TOKEN": "\#(Invented.github)"}}"#, .unclearLaunch,
            "env › TOKEN"
        ),
        (
            #"{"command": "warder", "args": ["run", "--server", "A b", "--", "x"], "env": {"TOKEN": "\#(Invented.github)"}}"#,
            .unclearLaunch, "env › TOKEN"
        ),
        (
            #"{"command": "warder", "args": ["run", "--server", "a", "--env", "TOKEN=a/b#value", "--", "x"], "env": {"TOKEN": "\#(Invented.github)"}}"#,
            .variableTwice, "env › TOKEN"
        ),
    ]

    @Test(arguments: entries)
    func `a secret that the vault cannot give stays, with the reason and its place`(
        entry: String,
        why: Left.Reason,
        place: String
    ) throws {
        let plan = try plan(entry: entry)
        #expect(plan.changesNothing)
        #expect(plan.secrets.isEmpty && plan.servers.isEmpty)
        #expect(plan.left.map(\.reason) == [why])
        #expect(plan.left.first?.place?.description == "mcpServers › github › \(place)")
    }

    @Test func `what can be moved is moved although something else stays`() throws {
        let plan = try plan(
            entry:
                #"{"command": "a", "args": ["--t*k=\#(Invented.slack)"], "env": {"TOKEN": "\#(Invented.github)"}}"#
        )
        #expect(plan.secrets.map(\.name.text) == ["github/token"])
        #expect(plan.left.map(\.reason) == [.argument])
        #expect(plan.newText?.contains(Invented.slack) == true)
        #expect(plan.newText?.contains(Invented.github) == false)
    }

    @Test func `one value for two variables of one name is left to a person`() throws {
        let plan = try plan(
            entry:
                #"{"command": "docker", "args": ["run", "-e", "TOKEN=\#(Invented.slack)", "i"], "env": {"TOKEN": "\#(Invented.github)"}}"#
        )
        #expect(plan.left.map(\.reason) == [.variableTwice])
        #expect(plan.secrets.count == 1)
    }

    @Test func `a person decides about doubts, and about what stays`() throws {
        let entry = #"{"command": "a", "env": {"BLOB": "\#(Invented.hex)", "A_TOKEN": "\#(Invented.github)"}}"#
        let taken = try plan(entry: entry, settings: ImportSettings(take: ["/mcpServers/github/env/BLOB"]))
        #expect(taken.secrets.map(\.name.text) == ["github/blob", "github/a-token"])
        let left = try plan(entry: entry, settings: ImportSettings(leave: ["/mcpServers/github/env/A_TOKEN"]))
        #expect(left.changesNothing && left.left.map(\.reason) == [.doubtful, .byChoice])
        let server = try plan(entry: entry, settings: ImportSettings(leave: ["/mcpServers/github"]))
        #expect(server.left.map(\.reason) == [.byChoice, .byChoice])
    }

    @Test func `references and placeholders are named as what they are`() throws {
        let entry =
            #"{"command": "a", "env": {"A_TOKEN": "${A}", "B_KEY": "<YOUR_KEY>", "C_KEY": "/etc/c.pem", "D_PASSWORD": true}}"#
        let plan = try plan(entry: entry)
        #expect(plan.changesNothing && plan.left.isEmpty)
        #expect(plan.passedOver.map(\.why) == [.reference, .placeholder, .path])
        #expect(plan.passedOver.first?.place.pointer == "/mcpServers/github/env/A_TOKEN")
    }

    @Test func `a file of variables is named, and not looked into`() throws {
        let plan = try plan(entry: #"{"command": "a", "envFile": "${workspaceFolder}/.env"}"#)
        #expect(plan.passedOver.map(\.why) == [.otherFile])
    }

    @Test func `tokens in comments, copies and history are named`() throws {
        let text = """
            {
              // was \(Invented.slack)
              "mcpServers": {"a": {"command": "a", "env": {"A_TOKEN": "\(Invented.github)"}}}, // \(Invented.github)
              "note": "see \(Invented.github)", "key": "\(Invented.anthropic)"
            }
            """
        let plan = try ImportPlan([file(".cursor/mcp.json", text)])
        #expect(plan.left.map(\.reason) == [.comment, .copy, .copy, .outsideServers])
        #expect(plan.left.map(\.position.line) == [2, 3, 4, 4])
        #expect(plan.left.map { $0.place?.description } == [nil, nil, "note", "key"])
        #expect(plan.rotations.map(\.subject).count == 3)
    }

    @Test func `a name that holds a secret is not shown as a place`() throws {
        let text = """
            {"mcpServers": {"a": {"command": "a", "env": {"A_TOKEN": "\(Invented.hex)"}}},
            "seen": {"\(Invented.hex)": {"x": ["see \(Invented.slack)"]}, "n": ["\(Invented.hex)"]}}
            """
        let plan = try ImportPlan([file(".cursor/mcp.json", text)])
        #expect(plan.left.map(\.reason) == [.copy, .outsideServers, .copy])
        #expect(plan.left.map { $0.place?.pointer } == ["/seen", "", "/seen/n/0"])
    }

    @Test func `a copy below env of a server that is understood moves as well`() throws {
        let entry =
            #"{"command": "a", "env": {"A_TOKEN": "\#(Invented.hex)", "B": "\#(Invented.hex)", "C": "x \#(Invented.hex)"}}"#
        let plan = try plan(entry: entry)
        #expect(plan.secrets.map(\.name.text) == ["github/a-token"])
        #expect(plan.newText?.contains(#""B=github/a-token#value""#) == true)
        #expect(plan.left.map(\.reason) == [.doubtful])
        #expect(plan.left.first?.place?.description == "mcpServers › github › env › C")
    }

    @Test func `an answer that VS Code offers, and variables beside the servers, are named`() throws {
        let text = """
            {"inputs": [{"type": "promptString", "id": "a", "password": true, "default": "\(Invented.password)"},
              {"id": "b", "password": true, "default": "${env:B}"}, {"id": "region", "default": "eu"},
              {"id": "api-key", "default": "q7Lw2ZrXk9"}],
            "env": {"A_TOKEN": "q7Lw2ZrXk9", "LANG": "de"}, "servers": {"env": {"command": "a", "env": {"X": "y"}}}}
            """
        let plan = try ImportPlan([file(".vscode/mcp.json", text)])
        #expect(plan.left.map(\.reason) == [.clientEnvironment, .inputDefault, .inputDefault])
        #expect(plan.left.map { $0.place?.pointer } == ["/env/A_TOKEN", "/inputs/0/default", "/inputs/3/default"])
        #expect(plan.changesNothing && plan.rotations.count == 3)
        let user =
            #"{"env": {"ANTHROPIC_API_KEY": "\#(Invented.anthropic)"}, "projects": {"/p": {"env": {"PW": "x7"}}}}"#
        let other = try ImportPlan([file("/home/ada/.claude/settings.json", user)])
        #expect(other.left.map { $0.place?.pointer } == ["/env/ANTHROPIC_API_KEY", "/projects/~1p/env/PW"])
    }

    @Test func `a long history does not fill the list`() throws {
        let display = (0..<50).map { #""\#(Invented.github)\#($0 + 10)""# }.joined(separator: ",")
        let plan = try ImportPlan([file(".claude.json", #"{"history": [\#(display)]}"#)])
        #expect(plan.left.count == 20 && plan.leftUnlisted == 30)
        #expect(plan.changesNothing)
    }

    @Test func `a place is shown without what could drive a terminal`() throws {
        let plan = try plan(entry: #"{"command": "npx x", "env": {"A\u001b[2J/~\u202e_TOKEN": "\#(Invented.github)"}}"#)
        let place = try #require(plan.left.first?.place)
        #expect(place.description == "mcpServers › github › env › A [2J/~ _TOKEN")
        #expect(place.pointer == "/mcpServers/github/env/A\u{1b}[2J~1~0\u{202e}_TOKEN")
    }
}
