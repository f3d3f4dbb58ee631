import Foundation
import Testing

@testable import WarderCommands

@Suite("Credential file")
struct CredentialFileTests {
    private static func status(_ state: String) -> StubVault.Reply {
        .json(
            "GET /v1/sys/status",
            200,
            """
            {"state":"\(state)","profile":"team","version":"0.1.0","pid":1,"started":"2026-11-21T07:00:00Z","slots":[],\
            "memory_locked":true,"client_socket":"/c"}
            """
        )
    }

    private static let done = StubVault.Reply.json(
        "POST /v1/sys/init",
        200,
        #"{"vault":"01JD","log_key":"k","operator":"ada","roles":["admin"]}"#
    )

    private func initialise(_ arguments: [String], _ replies: [StubVault.Reply]) throws -> (CommandRun, StubVault) {
        let stub = try StubVault(replies)
        defer { stub.stop() }
        let typed = ["correct horse battery", "correct horse battery"]
        return (try CommandRun(["init", "--operator", "ada"] + arguments, socket: stub.path, typed: typed), stub)
    }

    @Test("init makes 32 random bytes with mode 0600, and sends them with the presence passphrase")
    func create() throws {
        let folder = try TemporaryFolder()
        let (run, stub) = try initialise(
            ["--credential-file", folder.file("unseal.key")],
            [Self.status("not_initialised"), Self.done]
        )
        #expect(run.status == .done, "\(run.errors)")
        let bytes = try Data(contentsOf: URL(filePath: folder.file("unseal.key")))
        #expect(bytes.count == 32)
        #expect(Set(bytes).count > 8)
        #expect(try folder.mode(of: "unseal.key") == 0o600)
        let base64 = bytes.base64EncodedString()
        #expect(
            stub.requests.last?.body
                == #"{"credential_base64":"\#(base64)","presence":"correct horse battery","operator":"ada"}"#
        )
        #expect(run.outputText.contains(folder.file("unseal.key")))
        #expect(!run.outputText.contains(base64) && !run.errors.contains(base64))
    }

    @Test("an existing file is never overwritten, and the person is not asked for nothing")
    func existing() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("the key of another vault, say 32B", to: "unseal.key")
        let (run, stub) = try initialise(["--credential-file", path], [Self.status("not_initialised")])
        #expect(run.status == .usage)
        #expect(run.errors.contains("--use-existing"))
        #expect(run.questions.isEmpty)
        #expect(stub.surprises == [])
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "the key of another vault, say 32B")
    }

    @Test("an existing file is used where that was said")
    func useExisting() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("0123456789abcdef0123456789abcdef", to: "unseal.key")
        let (run, stub) = try initialise(
            ["--credential-file", path, "--use-existing"],
            [Self.status("not_initialised"), Self.done]
        )
        #expect(run.status == .done, "\(run.errors)")
        #expect(stub.requests.last?.body.contains("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=") == true)
    }

    @Test("a file that others may read, or that is short, is refused with the remedy")
    func unsafeFiles() throws {
        let folder = try TemporaryFolder()
        let open = try folder.write("0123456789abcdef0123456789abcdef", to: "open.key", mode: 0o644)
        let (run, _) = try initialise(["--credential-file", open, "--use-existing"], [Self.status("not_initialised")])
        #expect(run.status == .usage)
        #expect(run.errors.contains("chmod 0600"))
        let short = try folder.write("0123456789", to: "short.key")
        let (second, _) = try initialise(
            ["--credential-file", short, "--use-existing"],
            [Self.status("not_initialised")]
        )
        #expect(second.status == .usage)
        #expect(second.errors.contains("less than 32 bytes"))
    }

    @Test("after a refusal the new file is taken back; where the outcome is not known it stays")
    func failedInit() throws {
        let folder = try TemporaryFolder()
        let refusal = StubVault.Reply.json(
            "POST /v1/sys/init",
            409,
            #"{"error":{"code":"conflict","message":"set up already","reason":"already_initialised","request_id":"r"}}"#
        )
        let (run, _) = try initialise(
            ["--credential-file", folder.file("a.key")],
            [Self.status("not_initialised"), refusal]
        )
        #expect(run.status == .conflict)
        #expect(!FileManager.default.fileExists(atPath: folder.file("a.key")))
        let (second, _) = try initialise(
            ["--credential-file", folder.file("b.key")],
            [Self.status("not_initialised"), .raw("")]
        )
        #expect(second.status == .server)
        #expect(second.errors.contains("was kept"))
        #expect(FileManager.default.fileExists(atPath: folder.file("b.key")))
    }

    @Test("unseal reads it byte for byte")
    func unseal() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(String(repeating: "a", count: 31) + "\n", to: "unseal.key")
        var opened = Self.status("unsealed")
        opened.expecting = "POST /v1/sys/unseal"
        let stub = try StubVault([Self.status("sealed"), opened])
        defer { stub.stop() }
        let run = try CommandRun(["unseal", "--credential-file", path], socket: stub.path)
        #expect(run.status == .done, "\(run.errors)")
        let expected = Data((String(repeating: "a", count: 31) + "\n").utf8).base64EncodedString()
        #expect(stub.requests.last?.body == #"{"credential_base64":"\#(expected)"}"#)
    }

    @Test("for a new root key each slot is opened by its own file, and nobody is asked for what lies in one")
    func ownFiles() throws {
        let folder = try TemporaryFolder()
        let files = try ["a", "b"].map { try folder.write(String(repeating: $0, count: 32), to: "\($0).key") }
        let ids = ["0f1e2d3c", "a0000000"].map { $0.padding(toLength: 32, withPad: "0", startingAt: 0) }
        let slots = ids.map { #"{"id":"\#($0)","kind":"credential","created":"2026-11-20T07:00:00.000Z"}"# }
        let list = #"[\#(slots.joined(separator: ","))]"#
        let stub = try StubVault([
            .json(
                "GET /v1/keys",
                200,
                #"{"slots":\#(list),"root_created":"2026-11-20T07:00:00.000Z","keys":[],"rows_under_old_keys":0}"#
            ),
            .json("POST /v1/keys/root", 200, #"{"slots":\#(list),"rows":3}"#),
        ])
        defer { stub.stop() }
        let run = try CommandRun(
            [
                "key", "rotate", "--root", "--credential-file", "A0000000=" + files[1], "--credential-file",
                "0f1e=" + files[0],
            ],
            socket: stub.path
        )
        #expect(run.status == .done, "\(run.errors)")
        let sent = ["a", "b"].map { Data(String(repeating: $0, count: 32).utf8).base64EncodedString() }
        let opened = zip(ids, sent).map { #"{"slot":"\#($0)","credential_base64":"\#($1)"}"# }
        #expect(stub.requests.last?.body == #"{"slots":[\#(opened.joined(separator: ","))],"drop":[]}"#)
    }
}
