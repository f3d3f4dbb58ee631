import ClientConfigurations
import Testing

/// Files that somebody made to hurt.
@Suite struct HostileTextTests {
    static let texts: [(String, String)] = [
        ("a key that is a path", #"{"mcpServers": {"../../etc/passwd": E}}"#),
        ("a key that is an option", #"{"mcpServers": {"--env": E}}"#),
        ("a key with escapes of a terminal", #"{"mcpServers": {"\u001b]0;x\u0007": E}}"#),
        ("a key that turns the line around", #"{"mcpServers": {"\u202egnp.exe": E}}"#),
        ("a key of 10,000 letters", #"{"mcpServers": {"\#(String(repeating: "k", count: 10_000))": E}}"#),
        ("an empty key", #"{"mcpServers": {"": E}}"#),
        ("two keys that are one name in the vault", #"{"mcpServers": {"A": E, "a": F, "a ": G}}"#),
        (
            "a project that is called like its servers",
            #"{"projects": {"mcpServers": {"mcpServers": {"a": E}}}, "mcpServers": {"b": F}}"#
        ),
        ("half a character in a key", #"{"mcpServers": {"\ud800": E, "\udc00": F, "a": G}}"#),
    ]

    @Test(arguments: texts)
    func `names in the file never become anything but names in the vault`(what: String, text: String) throws {
        let entry = { (token: String) in #"{"command": "a", "env": {"A_TOKEN": "\#(token)"}}"# }
        let content = text.replacing("E", with: entry("ghp_Zq81LmTw0RkXc5Vb7Nd2Yh4Jf9Sg3PaEu6Qi"))
            .replacing("F", with: entry("ghp_Yq82LmTw0RkXc5Vb7Nd2Yh4Jf9Sg3PaEu6Qi"))
            .replacing("G", with: entry("ghp_Xq83LmTw0RkXc5Vb7Nd2Yh4Jf9Sg3PaEu6Qi"))
        let plan = try ImportPlan([file(".claude.json", content)])
        #expect(!plan.secrets.isEmpty)
        #expect(plan.secrets.count == plan.servers.count)
        let again = try ImportPlan([file(".claude.json", try #require(plan.newText))])
        #expect(again.changesNothing)
        for server in plan.servers {
            let place = try #require(server.places.first?.place.description)
            #expect(place.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E })
            #expect(place.utf8.count < 300)
        }
    }

    static let values = [
        "--", "-- x", "a\"b", "a\\", "$(rm -rf ~)", "`id`", "'; drop", "a\nb", "a\rb", "\t", "=", "#value", "a=b#c",
        "é\u{202e}",
        "ghp_Zq81LmTw0RkXc5Vb7Nd2Yh4Jf9Sg3PaEu6Qi\n--env X=y#value",
    ]

    @Test(arguments: values)
    func `a value reaches the vault as it is, and nothing of it reaches the arguments`(value: String) throws {
        let literal =
            "\""
            + value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
            .replacing("\r", with: "\\r").replacing("\t", with: "\\t") + "\""
        let plan = try plan(entry: #"{"command": "a", "env": {"A_PASSWORD": \#(literal)}}"#)
        guard let secret = plan.secrets.first else {
            #expect(plan.changesNothing)
            #expect(plan.left.count + plan.passedOver.count == 1)
            return
        }
        #expect(try secret.value().withBytes { $0 } == value.bytes)
        #expect(
            plan.newText
                == #"{"mcpServers": {"github": {"command": "warder", "args": ["run", "--server", "github", "--env", "A_PASSWORD=github/a-password#value", "--", "a"], "env": {}}}}"#
        )
    }

    @Test func `a large file is read in a time that grows with its size`() throws {
        let history = (0..<20_000).map { #"{"display": "line \#($0) of a history that nobody needs"}"# }.joined(
            separator: ","
        )
        let text =
            #"{"history": [\#(history)], "mcpServers": {"a": {"command": "a", "env": {"A_TOKEN": "\#(Invented.github)"}}}}"#
        let clock = ContinuousClock()
        let taken = try clock.measure { _ = try ImportPlan([file(".claude.json", text)]) }
        // Quadratic work would take minutes.
        #expect(taken < .seconds(60))
    }
}
