import Foundation
import Glibc
import Testing

/// A server elsewhere, in Python: what it is asked goes to a file, and what it answers depends on the request.
final class RemoteStandIn {
    /// Answers are written byte by byte, so that they can be what no library would write.
    private static let script = """
        import http.server, json, sys

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def log_message(self, *_): pass
            def seen(self, body):
                with open(sys.argv[1], "a") as file:
                    file.write(json.dumps({"path": self.path, "headers": dict(self.headers), "body": body}) + "\\n")
            def answer(self, head, body=b""):
                self.wfile.write(head + b"Content-Length: %d\\r\\n\\r\\n" % len(body) + body)
            def do_GET(self):
                self.seen("")
                self.answer(b"HTTP/1.1 405 No\\r\\n")
            def do_DELETE(self):
                self.seen("delete")
                self.answer(b"HTTP/1.1 204 Gone\\r\\n")
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.seen(body)
                message = json.loads(body)
                result = json.dumps({"jsonrpc": "2.0", "id": message.get("id"), "result": {"protocolVersion": "2025-11-25"}}).encode()
                json_head = b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\n"
                if "id" not in message: self.answer(b"HTTP/1.1 202 Accepted\\r\\n")
                elif "folded" in body: self.answer(json_head + b"Mcp-Session-Id: a\\r\\n b\\r\\n", result)
                elif message["method"] == "initialize": self.answer(json_head + b"Mcp-Session-Id: s-1\\r\\n", result)
                elif message["method"] == "echo":
                    said = json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": dict(self.headers)})
                    self.answer(json_head, said.encode())
                elif message["method"] == "garbage":
                    self.wfile.write(b"\\x00\\xff garbage\\r\\n\\r\\n")
                    self.close_connection = True
                else: self.answer(json_head, result)

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        print(server.server_address[1], flush=True)
        server.serve_forever()
        """

    let port: Int
    private let process = Process()
    private let record: String

    init(in folder: String) throws {
        record = folder + "/asked-" + UUID().uuidString.prefix(8)
        try Data().write(to: URL(fileURLWithPath: record))
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", Self.script, record]
        process.standardOutput = output
        try process.run()
        let said = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        port = try #require(Int(said.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    deinit { kill(process.processIdentifier, SIGKILL) }

    /// What it was asked, in order.
    var asked: [(path: String, headers: [String: String], body: String)] {
        get throws {
            let text = try String(contentsOfFile: record, encoding: .utf8)
            return try text.split(separator: "\n").map { line in
                let entry = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
                let headers = entry["headers"] as? [String: String] ?? [:]
                let lowered = headers.map { ($0.key.lowercased(), $0.value) }
                return (
                    entry["path"] as? String ?? "", Dictionary(lowered, uniquingKeysWith: { $1 }),
                    entry["body"] as? String ?? ""
                )
            }
        }
    }
}
