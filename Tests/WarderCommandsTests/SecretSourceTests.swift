import Foundation
import Testing

@testable import WarderCommands

@Suite("Secrets from pipes and files")
struct SecretSourceTests {
    private static let changed = StubVault.Reply.json(
        "PUT /v1/secrets/a/b",
        200,
        #"{"name":"a/b","version":1,"state":"current","destroyed":[]}"#
    )

    private func put(_ arguments: [String], standardInput: [UInt8] = []) throws -> (CommandRun, String) {
        let stub = try StubVault([Self.changed])
        defer { stub.stop() }
        let run = try CommandRun(["secret", "put", "a/b"] + arguments, socket: stub.path, standardInput: standardInput)
        return (run, stub.requests.first?.body ?? "")
    }

    @Test(
        "standard input loses one line feed at the end and nothing else",
        arguments: [
            ("x\n", "x"), ("x\n\n", "x\\n"), ("x\r\n", "x\\r"), (" x ", " x "), ("x", "x"), ("a\nb\n", "a\\nb"),
        ]
    )
    func standardInput(_ input: String, _ sent: String) throws {
        let (run, body) = try put(["--stdin"], standardInput: Array(input.utf8))
        #expect(run.status == .done, "\(run.errors)")
        #expect(body == "{\"fields\":{\"value\":\"\(sent)\"}}")
    }

    @Test("nothing, and a line feed alone, are refused before the vault is asked", arguments: ["", "\n"])
    func empty(_ input: String) throws {
        let (run, body) = try put(["--stdin"], standardInput: Array(input.utf8))
        #expect(run.status == .usage)
        #expect(body.isEmpty)
    }

    @Test("files keep every byte, text and binary side by side")
    func files() throws {
        let folder = try TemporaryFolder()
        try Data([0xFF, 0xFE, 0x0A]).write(to: URL(filePath: folder.file("bin")))
        let text = try folder.write("line\n", to: "text")
        let (run, body) = try put(["--file", "cert=\(text)", "--file", "key=\(folder.file("bin"))"])
        #expect(run.status == .done, "\(run.errors)")
        #expect(body == #"{"fields":{"cert":"line\n"},"fields_base64":{"key":"//4K"}}"#)
    }

    @Test("the longest value is taken, and one byte more is refused")
    func longest() throws {
        let (run, body) = try put(["--stdin"], standardInput: [UInt8](repeating: 0x61, count: 1 << 20))
        #expect(run.status == .done, "\(run.errors)")
        #expect(body.utf8.count == (1 << 20) + 23)
        let (second, none) = try put(["--stdin"], standardInput: [UInt8](repeating: 0x61, count: (1 << 20) + 1))
        #expect(second.status == .usage)
        #expect(second.errors.contains("1 MiB"))
        #expect(none.isEmpty)
    }

    @Test("a file that is missing or empty is named, and nothing is sent")
    func badFiles() throws {
        let folder = try TemporaryFolder()
        let empty = try folder.write("", to: "empty")
        for path in [empty, folder.file("missing"), folder.path] {
            let (run, body) = try put(["--file", path])
            #expect(run.status == .usage)
            #expect(run.errors.contains(path))
            #expect(body.isEmpty)
        }
    }
}
