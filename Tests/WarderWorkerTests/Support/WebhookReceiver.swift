import Foundation
import Glibc

/// A receiver of webhooks in Python, with a certificate from an authority that exists for one test. It checks signatures
/// by itself, answers by the path that is asked for, and writes down what it was asked.
final class WebhookReceiver {
    struct Request: Decodable {
        var method: String
        var path: String
        /// Names in lower case.
        var headers: [String: String]
        var body: String
        /// Whether the signature is the key's, over id, time and body.
        var isGenuine: Bool
    }

    static let key = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    let port: Int
    private let workshop: Workshop
    private let process: Process

    /// `names`: of the certificate; `nil` for a receiver without TLS.
    init(in workshop: Workshop, names: String? = "DNS:localhost,IP:127.0.0.1") throws {
        self.workshop = workshop
        try workshop.write("whsec_\(Self.key)\n", to: "webhook.key", mode: 0o600)
        try workshop.write(Self.script, to: "receiver.py")
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", workshop.file("receiver.py"), workshop.path, Self.key]
        if let names { process.arguments?.append(names) }
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        self.process = process
        var line = ""
        while !line.hasSuffix("\n") {
            let piece = output.fileHandleForReading.availableData
            guard !piece.isEmpty else { throw Unprepared(description: "the receiver did not start") }
            line += String(decoding: piece, as: UTF8.self)
        }
        guard let port = Int(line.dropLast()) else { throw Unprepared(description: "the receiver has no port") }
        self.port = port
    }

    func stop() { kill(process.processIdentifier, SIGKILL) }

    /// What it was asked, in order.
    var requests: [Request] {
        get throws {
            try (workshop.text("requests") ?? "").split(separator: "\n").map {
                try JSONDecoder().decode(Request.self, from: Data($0.utf8))
            }
        }
    }

    private static let script = """
        import base64, hashlib, hmac, http.server, json, os, ssl, subprocess, sys, threading

        folder, key = sys.argv[1], base64.b64decode(sys.argv[2])
        os.chdir(folder)
        lock = threading.Lock()

        def openssl(words):
            subprocess.run(["openssl"] + words.split(), check=True, capture_output=True)

        class Receiver(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def record(self, body):
                headers = {name.lower(): value for name, value in self.headers.items()}
                signed = f"{headers.get('webhook-id')}.{headers.get('webhook-timestamp')}.".encode() + body
                code = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
                line = json.dumps({
                    "method": self.command, "path": self.path, "headers": headers, "body": body.decode(),
                    "isGenuine": hmac.compare_digest(code, headers.get("webhook-signature", "")),
                })
                with lock, open("requests", "a") as file:
                    file.write(line + "\\n")

            def answer(self, status, body=b"", **headers):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                self.record(b"")
                self.answer(200)

            def do_POST(self):
                self.record(self.rfile.read(int(self.headers["Content-Length"])))
                if self.path == "/ok": self.answer(200, b"thanks")
                elif self.path == "/empty/": self.answer(204)
                elif self.path == "/elsewhere": self.answer(307, Location=f"https://localhost:{port}/ok")
                elif self.path == "/fails": self.answer(500, b"canary-of-the-receiver")
                elif self.path == "/hangs": threading.Event().wait()
                elif self.path == "/stops":
                    self.wfile.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\nabc")
                    threading.Event().wait()
                elif self.path == "/floods": self.flood(b"HTTP/1.1 200 OK\\r\\n\\r\\n", b"x" * 65536)
                elif self.path == "/header": self.flood(b"HTTP/1.1 200 OK\\r\\n", b"X-Y: " + b"x" * 60000 + b"\\r\\n")
                elif self.path == "/leaves": self.close_connection = True
                elif self.path == "/other": self.wfile.write(b"SSH-2.0-OpenSSH_9.2\\r\\n" * 100)

            def flood(self, beginning, piece):
                sent = 0
                try:
                    self.wfile.write(beginning)
                    while sent < 1 << 30:
                        self.wfile.write(piece)
                        sent += len(piece)
                except OSError:
                    pass
                with open("sent", "w") as file:
                    file.write(str(sent))

            def log_message(self, *words):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        port = server.server_port
        if len(sys.argv) > 3:
            new = "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
            openssl(f"{new} -x509 -keyout ca.key -out ca.pem -days 2 -subj /CN=Test-CA")
            openssl(f"{new} -x509 -keyout other.key -out other.pem -days 2 -subj /CN=Other-CA")
            openssl(f"{new} -keyout server.key -out server.csr -subj /CN=receiver")
            with open("server.ext", "w") as file:
                file.write("subjectAltName=" + sys.argv[3])
            openssl("x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile server.ext -days 1 "
                    "-out server.pem")
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain("server.pem", "server.key")
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        print(port, flush=True)
        server.serve_forever()
        """
}
