import Foundation
import Glibc
import Testing
import WarderWire

@testable import WarderWorker

/// Notices that are posted, by the process of a job as the worker starts it, to a receiver over TLS.
@Suite("Webhooks")
struct WebhookTests {
    private let workshop: Workshop

    init() throws { workshop = try Workshop() }

    private static let notice = NoticeJob.Notice(
        id: "approval_waits.01hzy6q8m3v5",
        kind: "approval_waits",
        time: "2027-01-31T12:00:00.000Z",
        text: "A call of notes/send waits for team-lead.",
        facts: ["server": "notes", "tool": "send", "quoted": "\"\\\n\u{7}ä"]
    )

    private func run(_ notice: NoticeJob.Notice = notice, told: [NoticeJob.Way] = []) throws -> JobResult {
        let job = NoticeJob(id: "n1", timeout: JobSeconds(120), notice: notice, told: told)
        return try StepProcess(.notice(job), configuration: workshop.configuration).result()
    }

    /// Writes a configuration; `ca` is the receiver's own unless said otherwise, and `nil` for what the system trusts.
    private func configure(
        _ address: String,
        ca: String? = "ca.pem",
        timeout: String = "30s",
        settings: String = ""
    ) throws {
        let authorities = ca.map { "  webhook_ca: \(workshop.file($0))\n" } ?? ""
        try workshop.write(
            "notices:\n  webhook: \(address)\n  webhook_key: \(workshop.file("webhook.key"))\n"
                + "  webhook_timeout: \(timeout)\n\(authorities)\(settings)",
            to: "warder.yaml"
        )
    }

    private func program(_ script: String) throws -> String {
        "  program: \(try workshop.write("#!/bin/sh\n\(script)\n", to: "notify", mode: 0o755))\n"
    }

    @Test("a notice is posted as the program gets it, with a signature that only the key could make")
    func delivered() throws {
        let receiver = try WebhookReceiver(in: workshop)
        defer { receiver.stop() }
        let program = try program("cat > \(workshop.file("got"))")
        try configure("https://localhost:\(receiver.port)/ok", settings: program)
        let began = Int(Date().timeIntervalSince1970)
        let result = try run()
        #expect(result.outcome == .done)
        #expect(result.message == nil && result.stderr == nil)
        let requests = try receiver.requests
        let request = try #require(requests.first)
        #expect(requests.count == 1)
        #expect(request.isGenuine)
        #expect(request.method == "POST" && request.path == "/ok")
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.headers["host"] == "localhost:\(receiver.port)")
        #expect(request.headers["webhook-id"] == Self.notice.id)
        let sent = try #require(Int(request.headers["webhook-timestamp"] ?? ""))
        #expect((began...Int(Date().timeIntervalSince1970)).contains(sent))
        #expect(request.body == workshop.text("got"))
        #expect(!"\(request)".contains(WebhookReceiver.key))
    }

    @Test("the path is asked for as it is written, and every status from 200 to 299 is a yes")
    func paths() throws {
        let receiver = try WebhookReceiver(in: workshop)
        defer { receiver.stop() }
        try configure("https://127.0.0.1:\(receiver.port)/empty/")
        let result = try run()
        #expect(result.outcome == .done)
        let paths = try receiver.requests.map(\.path)
        #expect(paths == ["/empty/"])
    }

    @Test("no other receiver gets a byte of it: another authority, another name, another address")
    func impostors() throws {
        let receiver = try WebhookReceiver(in: workshop, names: "DNS:other.example,IP:127.0.0.2")
        defer { receiver.stop() }
        for (host, ca) in [
            ("localhost", "ca.pem"), ("127.0.0.1", "ca.pem"), ("localhost", "other.pem"), ("localhost", nil),
        ] {
            try configure("https://\(host):\(receiver.port)/ok", ca: ca)
            let result = try run()
            #expect(result.outcome == .failed && result.retry == true, "\(host)")
            #expect(result.message?.contains("a certificate for that very name") == true, "\(result.message ?? "")")
        }
        let plain = try WebhookReceiver(in: workshop, names: nil)
        defer { plain.stop() }
        try configure("https://localhost:\(plain.port)/ok")
        #expect(try run().outcome == .failed)
        let requests = try receiver.requests
        #expect(requests.isEmpty)
    }

    @Test("an answer leads nowhere else")
    func redirect() throws {
        let receiver = try WebhookReceiver(in: workshop)
        defer { receiver.stop() }
        try configure("https://localhost:\(receiver.port)/elsewhere")
        let result = try run()
        #expect(result.outcome == .failed)
        #expect(result.message == "the webhook answered 307, and no other address is followed")
        let paths = try receiver.requests.map(\.path)
        #expect(paths == ["/elsewhere"])
    }

    @Test("what was refused can be tried again with the same id, and of the answer nothing but its number is kept")
    func refused() throws {
        let receiver = try WebhookReceiver(in: workshop)
        defer { receiver.stop() }
        try configure("https://localhost:\(receiver.port)/fails")
        for _ in 0..<2 {
            let result = try run()
            #expect(result.outcome == .failed && result.retry == true)
            #expect(result.message == "the webhook answered 500" && result.stderr == nil)
        }
        let ids = try receiver.requests.map { $0.headers["webhook-id"] }
        #expect(ids == [Self.notice.id, Self.notice.id])
    }

    @Test("an id that could be more than one field of a header is not sent", arguments: ["", "a\r\nx: y", "a b", "ä"])
    func ids(id: String) throws {
        let receiver = try WebhookReceiver(in: workshop, names: nil)
        defer { receiver.stop() }
        try configure("http://127.0.0.1:\(receiver.port)/ok", ca: nil)
        var notice = Self.notice
        notice.id = id
        let result = try run(notice)
        #expect(result.outcome == .failed && result.retry == false)
        let requests = try receiver.requests
        #expect(requests.isEmpty)
    }

    @Test("a receiver that hangs is left at the end of its time")
    func hangs() throws {
        let receiver = try WebhookReceiver(in: workshop)
        defer { receiver.stop() }
        try configure("https://localhost:\(receiver.port)/hangs", timeout: "5s")
        let result = try run()
        #expect(result.outcome == .failed && result.retry == true)
        #expect(result.message == "the webhook did not answer in time")
    }

    @Test("one that has said yes has said it, whatever becomes of the rest of its answer")
    func stops() throws {
        let receiver = try WebhookReceiver(in: workshop)
        defer { receiver.stop() }
        try configure("https://localhost:\(receiver.port)/stops", timeout: "10s")
        #expect(try run().outcome == .done)
    }

    @Test("an answer without end is not read to its end")
    func floods() async throws {
        let receiver = try WebhookReceiver(in: workshop)
        defer { receiver.stop() }
        try configure("https://localhost:\(receiver.port)/floods")
        #expect(try run().outcome == .done)
        let sent = try #require(Int(try await workshop.written("sent")))
        // What lay in buffers between both.
        #expect(sent < 64 << 20, "\(sent)")
    }

    @Test("nor is a header without end, and it is no answer")
    func header() async throws {
        let receiver = try WebhookReceiver(in: workshop)
        defer { receiver.stop() }
        try configure("https://localhost:\(receiver.port)/header")
        #expect(try run().outcome == .failed)
        let sent = try #require(Int(try await workshop.written("sent")))
        #expect(sent < 64 << 20, "\(sent)")
    }

    @Test("what is no answer in HTTP is none", arguments: ["/leaves", "/other"])
    func unanswered(path: String) throws {
        let receiver = try WebhookReceiver(in: workshop)
        defer { receiver.stop() }
        try configure("https://localhost:\(receiver.port)\(path)")
        let result = try run()
        #expect(result.outcome == .failed && result.retry == true)
        #expect(result.message == "the webhook's host ended the connection without an answer")
    }

    @Test("without TLS on the loopback, and where nobody listens")
    func plain() throws {
        let receiver = try WebhookReceiver(in: workshop, names: nil)
        defer { receiver.stop() }
        try configure("http://127.0.0.1:\(receiver.port)/ok", ca: nil)
        #expect(try run().outcome == .done)
        // The port of a socket that does not listen.
        let taken = try UnheardPort()
        defer { taken.free() }
        try configure("http://127.0.0.1:\(taken.port)/ok", ca: nil)
        let result = try run()
        #expect(result.outcome == .failed && result.retry == true)
        #expect(result.message == "the webhook's host could not be reached")
    }

    @Test("program and webhook are both told, whichever fails, and both have to say so")
    func both() throws {
        let receiver = try WebhookReceiver(in: workshop)
        defer { receiver.stop() }
        try configure("https://localhost:\(receiver.port)/ok", settings: program("exit 3"))
        let first = try run()
        #expect(first.outcome == .failed && first.retry == true)
        #expect(first.message == "the hook exited with status 3")
        let requests = try receiver.requests
        #expect(requests.count == 1)
        let told = workshop.file("told")
        try configure("https://localhost:\(receiver.port)/fails", settings: program("echo x >> \(told); echo why >&2"))
        let second = try run()
        #expect(second.outcome == .failed && second.retry == true)
        #expect(second.message == "the webhook answered 500")
        #expect(second.stderr == "why\n")
        #expect(workshop.text("told") == "x\n")
        try configure("https://localhost:\(receiver.port)/fails", settings: program("exit 4"))
        #expect(try run().message == "the hook exited with status 4; the webhook answered 500")
    }

    @Test("who has it is not told again, and the result says who has it until both do")
    func apart() throws {
        let receiver = try WebhookReceiver(in: workshop)
        defer { receiver.stop() }
        let told = workshop.file("told")
        let heard = "echo x >> \(told)"
        try configure("https://localhost:\(receiver.port)/fails", settings: program(heard))
        let first = try run()
        #expect(first.outcome == .failed && first.told == [.program])
        let second = try run(told: first.told)
        #expect(second.outcome == .failed && second.told == [.program])
        try configure("https://localhost:\(receiver.port)/ok", settings: program(heard))
        let third = try run(told: second.told)
        #expect(third.outcome == .done && third.told == [])
        #expect(workshop.text("told") == "x\n")
        let paths = try receiver.requests.map(\.path)
        #expect(paths == ["/fails", "/fails", "/ok"])
        // The other way round.
        try configure("https://localhost:\(receiver.port)/ok", settings: program("exit 3"))
        let fourth = try run()
        #expect(fourth.outcome == .failed && fourth.told == [.webhook])
        let fifth = try run(told: fourth.told)
        #expect(fifth.told == [.webhook] && fifth.message == "the hook exited with status 3")
        let count = try receiver.requests.count
        #expect(count == 4)
    }

    @Test("with a key that others can read, or that is none, nothing is sent, and a person has to act")
    func keys() throws {
        let receiver = try WebhookReceiver(in: workshop)
        defer { receiver.stop() }
        try configure("https://localhost:\(receiver.port)/ok")
        func refused(_ words: String) throws {
            let result = try run()
            #expect(result.outcome == .failed && result.retry == false)
            #expect(result.message?.contains(words) == true, "\(result.message ?? "")")
        }
        #expect(unsafe chmod(workshop.file("webhook.key"), 0o640) == 0)
        try refused("chmod 0600 \(workshop.file("webhook.key"))")
        let short = Data(repeating: 7, count: 23).base64EncodedString()
        let long = Data(repeating: 7, count: 65).base64EncodedString()
        for text in [
            "", "\n", WebhookReceiver.key, "whsec_", "whsec_\(short)", "whsec_\(long)", "whsec_ \(WebhookReceiver.key)",
            "whsec_\(WebhookReceiver.key)\n\n", "whsec_\(String(repeating: "A", count: 400))",
        ] {
            try workshop.write(text, to: "webhook.key", mode: 0o600)
            try refused("its key is not whsec_ and the base64 of 24 to 64 bytes")
        }
        try FileManager.default.removeItem(atPath: workshop.file("webhook.key"))
        try refused("does not exist")
        let requests = try receiver.requests
        #expect(requests.isEmpty)
    }

    @Test("certificates that others could change are not trusted, and a file without any trusts nobody")
    func authorities() throws {
        let receiver = try WebhookReceiver(in: workshop)
        defer { receiver.stop() }
        try configure("https://localhost:\(receiver.port)/ok")
        #expect(unsafe chmod(workshop.file("ca.pem"), 0o666) == 0)
        #expect(try run().message?.contains("others than its owner may write to it") == true)
        try configure("https://localhost:\(receiver.port)/ok", ca: "webhook.key")
        #expect(try run().outcome == .failed)
        let requests = try receiver.requests
        #expect(requests.isEmpty)
    }

    @Test("warder-worker test-notice tells everybody once, and says who was told or what went wrong")
    func tried() throws {
        let receiver = try WebhookReceiver(in: workshop)
        defer { receiver.stop() }
        let program = try program("cat > \(workshop.file("got"))")
        try configure("https://localhost:\(receiver.port)/ok", settings: program)
        let first = try TestNoticeRun(workshop.configuration)
        #expect(first.status == 0)
        #expect(first.output == "told: \(workshop.file("notify"))\ntold: https://localhost:\(receiver.port)/ok\n")
        #expect(workshop.text("got")?.contains(#""kind":"test""#) == true)
        _ = try TestNoticeRun(workshop.configuration)
        let requests = try receiver.requests
        #expect(requests.map(\.isGenuine) == [true, true])
        #expect(Set(requests.map { $0.headers["webhook-id"] }).count == 2)
        try configure("https://localhost:\(receiver.port)/fails")
        let failed = try TestNoticeRun(workshop.configuration)
        #expect(failed.status == 1 && failed.output.isEmpty)
        #expect(failed.errors == "warder-worker: the webhook answered 500\n")
    }
}

/// `warder-worker test-notice`, run to its end.
private struct TestNoticeRun {
    let status: Int32
    let output: String
    let errors: String

    init(_ configuration: String) throws {
        let process = Process()
        let (output, errors) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: Program.path("warder-worker"))
        process.arguments = ["test-notice", "--config", configuration]
        process.environment = [:]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        self.output = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        self.errors = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        status = process.terminationStatus
    }
}

/// A port on the loopback that is taken and refuses every connection.
private struct UnheardPort {
    let port: Int
    private let socket: Int32

    init() throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.socket = socket
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(socket, address, length) == 0 && getsockname(socket, address, &length) == 0
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        guard isBound else { throw Unprepared(description: "no port: error \(errno)") }
    }

    func free() { close(socket) }
}
