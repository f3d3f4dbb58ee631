import Foundation
import Glibc
import Testing

/// An import that is killed at any point: nothing is lost, and the same command goes on.
@Suite("An import that is cut off")
struct ImportCrashTests {
    /// Stands between the command and the vault, and kills the command at its Nth request: before the vault gets it, or
    /// before the command gets the answer.
    private static let killer = """
        import os, signal, socket, struct, sys, threading
        path, target, number, side = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
        seen, lock = [0], threading.Lock()
        def message(stream):
            data = b""
            while b"\\r\\n\\r\\n" not in data:
                piece = stream.recv(65536)
                if not piece: return None
                data += piece
            head, body = data.split(b"\\r\\n\\r\\n", 1)
            lengths = [int(l.split(b":")[1]) for l in head.split(b"\\r\\n") if l.lower().startswith(b"content-length:")]
            while len(body) < (lengths[0] if lengths else 0):
                piece = stream.recv(65536)
                if not piece: return None
                body += piece
            return head + b"\\r\\n\\r\\n" + body
        def serve(client):
            pid = struct.unpack("3i", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
            vault = socket.socket(socket.AF_UNIX); vault.connect(target)
            while True:
                request = message(client)
                if request is None: return
                with lock: seen[0] += 1; here = seen[0] == number
                if here and side == "before": return os.kill(pid, signal.SIGKILL)
                vault.sendall(request)
                answer = message(vault)
                if answer is None: return
                if here: return os.kill(pid, signal.SIGKILL)
                client.sendall(answer)
        server = socket.socket(socket.AF_UNIX); server.bind(path); server.listen(8)
        print("ready", flush=True)
        while True:
            client, _ = server.accept()
            threading.Thread(target=serve, args=(client,), daemon=True).start()
        """

    /// Runs an import through the killer; answers whether it was killed.
    private static func importing(_ path: String, _ user: ImportingUser, _ number: Int, _ side: String) throws -> Bool {
        let socket = "\(user.vault.directory)/killer-\(number)-\(side).sock"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", killer, socket, user.vault.operatorSocket, String(number), side]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        defer {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        _ = output.fileHandleForReading.availableData
        let result = try user.warder(["mcp", "import", "--yes", path], socket: socket)
        if result.status == -SIGKILL { return true }
        #expect(result.status == 0, "\(result.screen)")
        return false
    }

    @Test("killed at any request: the file is as it was, and the same command ends it", .timeLimit(.minutes(10)))
    func killed() throws {
        let user = try ImportingUser()
        var kills = 0
        for side in ["before", "after"] {
            for number in 1... {
                let configuration = ClientConfiguration.small("\(side)-\(number)", path: "\(side)-\(number)/.mcp.json")
                let path = try user.put(configuration)
                guard try Self.importing(path, user, number, side) else { break }
                kills += 1
                #expect(try user.content(configuration) == Data(configuration.text.utf8), "\(side) \(number)")
                let resumed = try user.warder(["mcp", "import", "--yes", path])
                #expect(resumed.status == 0, "\(side) \(number): \(resumed.screen)")
                #expect(try user.files(with: configuration.moved[0]) == [], "\(side) \(number)")
                // It went on under the names that it had given: nothing lies there twice.
                let text = String(decoding: try user.content(configuration), as: UTF8.self)
                #expect(text.contains("\"--server\", \"\(side)-\(number)\""), "\(text)")
                #expect(text.contains("API_TOKEN=\(side)-\(number)/api-token#value"), "\(text)")
            }
        }
        // Five questions, the value, and three registrations with the proof of presence that each needs.
        #expect(kills >= 20, "\(kills) kills")
        let names = try user.secrets().keys
        #expect(names.allSatisfy { !$0.hasSuffix("-2") || $0.hasSuffix("-2/api-token") }, "\(names)")
        let listed = try user.warder(["mcp", "list"]).screen
        #expect(listed.contains("imported") && !listed.contains("interrupted"), "\(listed)")
    }

    @Test("killed after the file was written: nothing is left to do, and undoing works")
    func killedAfterwards() throws {
        let user = try ImportingUser()
        let configuration = ClientConfiguration.small("notes", path: ".cursor/mcp.json")
        let path = try user.put(configuration)
        #expect(try user.imported([path]).status == 0)
        let rewritten = try user.content(configuration)
        // What a kill between the exchange of the names and the last record leaves.
        let folder = user.state + "/warder/imports"
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
        let record = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
        #expect(record.contains(#""state":"written""#))
        try user.put(
            Data(record.replacing(#""state":"written""#, with: #""state":"storing""#).utf8),
            "\(folder)/\(name)"
        )
        let leftover = user.home + "/.cursor/.mcp.json.0123456789abc"
        try user.put(Data(configuration.text.utf8), leftover)
        try #require(unsafe chmod(leftover, 0o600) == 0)
        let then = timeval(tv_sec: time(nil) - 60, tv_usec: 0)
        try #require(unsafe utimes(leftover, [then, then]) == 0)
        #expect(try user.files(with: configuration.moved[0]) == [".cursor/.mcp.json.0123456789abc"])

        let again = try user.warder(["mcp", "import", path])
        #expect(again.status == 0 && again.screen.contains("there is nothing to import"), "\(again.screen)")
        #expect(try user.content(configuration) == rewritten)
        #expect(try user.files(with: configuration.moved[0]) == [], "what the kill left is gone")
        #expect(try user.undone([path]).status == 0)
        #expect(try user.content(configuration) == Data(configuration.text.utf8))
    }

    @Test("attack: a record that somebody changed gives nothing back, and nothing is written")
    func forgedRecord() throws {
        let user = try ImportingUser()
        let configuration = ClientConfiguration.small("notes", path: ".cursor/mcp.json")
        let path = try user.put(configuration)
        // As long as the value that it would come in the place of.
        let pin = "1234-of-the-bank-" + String(repeating: "7", count: configuration.moved[0].utf8.count - 17)
        try user.vault.ask("PUT", "/v1/secrets/bank/pin", #"{"fields":{"value":"\#(pin)"}}"#, expecting: 201)
        #expect(try user.imported([path]).status == 0)
        let rewritten = try user.content(configuration)
        let folder = user.state + "/warder/imports"
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
        let record = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
        for (part, other) in [
            ("notes/api-token", "bank/pin"), ("\"version\":1", "\"version\":7"), ("\"format\":1", "\"format\":9"),
            ("\"kept\":[0,", "\"kept\":[3,"), ("\"servers\":[\"notes\"]", "\"servers\":[\"bank\"]"),
        ] {
            #expect(record.contains(part))
            try user.put(Data(record.replacing(part, with: other).utf8), "\(folder)/\(name)")
            let refused = try user.warder(["mcp", "undo", "--yes", path])
            #expect(refused.status != 0, "\(part): \(refused.screen)")
            #expect(try user.content(configuration) == rewritten)
            #expect(try user.files(with: pin) == [] && !refused.screen.contains(pin))
        }
    }
}
