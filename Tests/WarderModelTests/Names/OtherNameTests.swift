import Testing
import WarderModel

@Suite struct ServerNameTests {
    @Test(arguments: ["github", "0", "a.b-c_d", String(repeating: "s", count: 63)])
    func `one segment of a secret name is a server's name`(text: String) throws {
        #expect(try ServerName(text).text == text)
    }

    @Test(arguments: [
        (Spelling(""), NameError.empty), ("a/b", .badCharacter), (".", .badSegment), ("..", .badSegment),
        ("-a", .badSegment),
        ("GitHub", .badCharacter), ("a\0", .badCharacter), ("a%2fb", .badCharacter), ("g\u{0456}t", .badCharacter),
        (Spelling(String(repeating: "s", count: 64)), .tooLong(limit: 63)),
    ])
    func `anything else is not`(name: Spelling, expected: NameError) {
        #expect(throws: expected) { try ServerName(name.text) }
    }
}

@Suite struct ToolNameTests {
    @Test(arguments: [
        "create_issue", "A", "9", "a.b-c_D", "_", "-", "...", ".a", "@launch", String(repeating: "T", count: 128),
    ])
    func `a name as MCP has it is taken`(text: String) throws {
        #expect(try ToolName(text).text == text)
    }

    @Test(arguments: [
        (Spelling(""), NameError.empty), (".", .badSegment), ("..", .badSegment), ("a b", .badCharacter),
        ("a/b", .badCharacter), ("a\0", .badCharacter), ("@", .badCharacter),
        ("@launch2", .badCharacter), ("x@launch", .badCharacter), ("@Launch", .badCharacter), ("a%", .badCharacter),
        ("t\u{F6}ol", .badCharacter), ("@launch\u{301}", .badCharacter), ("\u{FF20}launch", .badCharacter),
        (Spelling(String(repeating: "T", count: 129)), .tooLong(limit: 128)),
    ])
    func `anything else is refused`(name: Spelling, expected: NameError) {
        #expect(throws: expected) { try ToolName(name.text) }
    }

    @Test func `names that differ in case are different tools`() throws {
        #expect(try ToolName("Send") != ToolName("send"))
    }

    @Test func `the name for what a server needs to run is the constant`() throws {
        #expect(try ToolName("@launch") == ToolName.launch)
    }
}

@Suite struct ToolIDTests {
    @Test func `server and tool come apart at the slash`() throws {
        let id = try ToolID("github/create_issue")
        #expect(id.server.text == "github")
        #expect(id.tool.text == "create_issue")
        #expect(id == ToolID(server: try ServerName("github"), tool: try ToolName("create_issue")))
        #expect(try ToolID("github/@launch").tool == .launch)
    }

    @Test(arguments: [
        (Spelling(""), NameError.missingPart), ("github", .missingPart), ("/", .empty), ("github/", .empty),
        ("/create", .empty),
        ("git/hub/create", .badCharacter), ("../create", .badSegment), ("GitHub/create", .badCharacter),
        ("github/a b", .badCharacter), ("github/..", .badSegment), ("github//create", .badCharacter),
        ("github/\0", .badCharacter),
        ("github/\u{301}create", .badCharacter), ("github\u{2215}create", .missingPart),
    ])
    func `a half, a third part or a bad part is refused`(name: Spelling, expected: NameError) {
        #expect(throws: expected) { try ToolID(name.text) }
    }
}

@Suite struct FieldNameTests {
    @Test(arguments: ["value", "private_key", "_", "A", "0.pem", String(repeating: "f", count: 63)])
    func `letters of both cases, digits and an underscore begin a field's name`(text: String) throws {
        #expect(try FieldName(text).text == text)
    }

    @Test(arguments: [
        (Spelling(""), NameError.empty), (".", .badCharacter), ("..", .badCharacter), ("-a", .badCharacter),
        ("a/b", .badCharacter),
        ("a=b", .badCharacter), ("a\0", .badCharacter), ("\u{0430}", .badCharacter), ("a ", .badCharacter),
        (Spelling(String(repeating: "f", count: 64)), .tooLong(limit: 63)),
    ])
    func `anything else is refused`(name: Spelling, expected: NameError) {
        #expect(throws: expected) { try FieldName(name.text) }
    }

    @Test func `the default field is called value`() throws {
        #expect(try FieldName("value") == .value)
    }
}

@Suite struct OperatorNameTests {
    @Test(arguments: ["ada", "_svc", "a.b-c_9", String(repeating: "o", count: 63)])
    func `a name as Unix has it is taken`(text: String) throws {
        #expect(try OperatorName(text).text == text)
    }

    @Test(arguments: [
        (Spelling(""), NameError.empty), ("0ada", .badCharacter), ("Ada", .badCharacter), (".", .badCharacter),
        ("-a", .badCharacter),
        ("a:b", .badCharacter), ("a/b", .badCharacter), ("a\0", .badCharacter), ("\u{430}da", .badCharacter),
        (Spelling(String(repeating: "o", count: 64)), .tooLong(limit: 63)),
    ])
    func `anything else is refused`(name: Spelling, expected: NameError) {
        #expect(throws: expected) { try OperatorName(name.text) }
    }
}
