import Foundation
import StrictJSON
import Testing

@testable import UpstreamProxy

@Suite("The relay of standard input and output")
struct RelayTests {
    @Test("all pieces together are the stream, however it comes and wherever lines end")
    func pieces() {
        let seed = UInt64.random(in: .min ... .max)
        var random = Numbers(state: seed)
        for _ in 0..<500 {
            let stream = (0..<Int.random(in: 0...200, using: &random)).map { _ in
                Int.random(in: 0...9, using: &random) == 0
                    ? UInt8(ascii: "\n") : UInt8.random(in: 1...255, using: &random)
            }
            let limit = Int.random(in: 1...20, using: &random)
            var lines = Lines(limit: limit)
            var pieces: [Lines.Piece] = []
            var rest = stream[...]
            while !rest.isEmpty {
                let chunk = rest.prefix(Int.random(in: 1...30, using: &random))
                rest = rest.dropFirst(chunk.count)
                pieces += lines.next(chunk)
            }
            if let last = lines.end() { pieces.append(last) }
            var whole: [UInt8] = []
            for piece in pieces {
                switch piece {
                case .line(let line):
                    #expect(line.count <= limit && !line.dropLast().contains(UInt8(ascii: "\n")), "seed \(seed)")
                    whole += line
                case .part(let part, _): whole += part
                }
            }
            #expect(whole == stream, "seed \(seed)")
        }
    }

    @Test("any bytes pass to the client as they are, and none that are no message pass to the server")
    func anyBytes() {
        let seed = UInt64.random(in: .min ... .max)
        var random = Numbers(state: seed)
        let words = [
            "{", "}", "[", "]", "\"id\":1", ",", "\"method\":\"tools/call\"", "\n", "\"params\":{\"name\":\"x\"}", " ",
            "\\", "\r\n",
            "\"result\":{}", "\u{0}", "é",
        ]
        for _ in 0..<2_000 {
            let stream = Array((0..<30).map { _ in words.randomElement(using: &random) ?? "" }.joined().utf8)
            let calls = CallsInFlight()
            var server = ServerDirection(calls)
            #expect(server.next(stream[...]) + server.end() == stream, "seed \(seed)")
            var client = ClientDirection(calls)
            let outcome = client.next(stream[...])
            let last = client.end()
            for line in (outcome.toServer + last.toServer).split(separator: UInt8(ascii: "\n")) {
                let isBlank = line.allSatisfy { $0 <= 0x20 }
                let isJSON = (try? JSONSerialization.jsonObject(with: Data(line), options: .fragmentsAllowed)) != nil
                #expect(isBlank || isJSON, "seed \(seed)")
            }
        }
    }

    @Test("a line that is too long to be looked at does not reach the server, and the next one does")
    func longLine() {
        var client = ClientDirection(CallsInFlight())
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: ClientMessage.limits.maxBytes + 1)
        #expect(client.next(long[...]) == ClientDirection.Outcome())
        let outcome = client.next(Array("yz\n{\"id\":1,\"method\":\"ping\"}\n".utf8)[...])
        #expect(outcome.toServer == Array("{\"id\":1,\"method\":\"ping\"}\n".utf8))
        #expect(String(decoding: outcome.toClient, as: UTF8.self).contains("too long"))
    }

    @Test("over real pipes: bytes pass both ways, refusals stand between the server's lines, and ends are passed on")
    func pipes() async throws {
        let ends = try Pipes()
        let relay = StdioRelay(ends.relay, calls: CallsInFlight())
        async let down: Void = thread { relay.carryToServer() }
        async let up: Void = thread { relay.carryToClient() }
        let ping = "{\"id\":1,\"method\":\"ping\"}\r\n"
        ends.fromClient(ping)
        #expect(ends.atServer(ping.utf8.count) == ping)
        // A line passes when it is whole, and what is refused is answered meanwhile.
        ends.fromServer("{\"id\":1,")
        ends.fromClient("oops\n" + ping.replacing("1", with: "2"))
        #expect(ends.lineAtClient().contains("-32700"))
        #expect(ends.atServer(ping.utf8.count) == ping.replacing("1", with: "2"))
        ends.fromServer("\"result\":{}}\n")
        #expect(ends.lineAtClient() == "{\"id\":1,\"result\":{}}\n")
        // One that is too long to be kept passes in parts, and nothing comes in between.
        let long = String(repeating: "x", count: ClientMessage.limits.maxBytes + 1)
        async let writing: Void = thread { ends.fromServer(long) }
        #expect(ends.atClient(long.utf8.count) == long)
        await writing
        ends.fromClient("oops\n")
        ends.fromClient(ping.replacing("1", with: "3"))
        #expect(ends.atServer(ping.utf8.count) == ping.replacing("1", with: "3"))
        ends.fromServer("y\n")
        #expect(ends.atClient(2) == "y\n")
        #expect(ends.lineAtClient().contains("-32700"))
        ends.closeClient()
        #expect(ends.atServer(1) == "")
        ends.closeServer()
        _ = await (down, up)
        #expect(ends.atClientEnd())
    }

    @Test("refusals that wait for a line of the server's to end do not pile up: too many of them end the session")
    func neverEnding() async throws {
        let ends = try Pipes()
        let relay = StdioRelay(ends.relay, calls: CallsInFlight())
        async let down: Void = thread { relay.carryToServer() }
        async let up: Void = thread { relay.carryToClient() }
        // In parts, as it is too long to be kept, and it never ends.
        let long = String(repeating: "x", count: ClientMessage.limits.maxBytes + 1)
        async let writing: Void = thread { ends.fromServer(long) }
        #expect(ends.atClient(long.utf8.count) == long)
        await writing
        async let talking: Void = thread { ends.fromClient(String(repeating: "x\n", count: 20_000)) }
        #expect(ends.atServer(1) == "", "the server's input has ended")
        ends.closeServer()
        _ = await (down, up, talking)
    }
}

struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

/// Runs what blocks on a thread of its own.
func thread(_ body: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { continuation in
        Thread {
            body()
            continuation.resume()
        }.start()
    }
}

/// The client's and the server's ends of a relay.
/// Unchecked, because file handles are not Sendable here; each is used by one thread at a time.
final class Pipes: @unchecked Sendable {
    private let client = Pipe()
    private let toClient = Pipe()
    private let server = Pipe()
    private let toServer = Pipe()
    let relay: StdioRelay.Ends

    init() throws {
        relay = StdioRelay.Ends(
            clientInput: client.fileHandleForReading.fileDescriptor,
            clientOutput: toClient.fileHandleForWriting.fileDescriptor,
            // The relay closes this one.
            serverInput: dup(toServer.fileHandleForWriting.fileDescriptor),
            serverOutput: server.fileHandleForReading.fileDescriptor
        )
        try toServer.fileHandleForWriting.close()
    }

    func fromClient(_ text: String) { client.fileHandleForWriting.write(Data(text.utf8)) }
    func fromServer(_ text: String) { server.fileHandleForWriting.write(Data(text.utf8)) }
    func closeClient() { try? client.fileHandleForWriting.close() }
    func closeServer() { try? server.fileHandleForWriting.close() }

    func atServer(_ count: Int) -> String { Self.read(toServer, count) }
    func atClient(_ count: Int) -> String { Self.read(toClient, count) }

    func lineAtClient() -> String {
        var line = ""
        while !line.hasSuffix("\n") {
            let next = Self.read(toClient, 1)
            if next.isEmpty { break }
            line += next
        }
        return line
    }

    func atClientEnd() -> Bool {
        try? toClient.fileHandleForWriting.close()
        return Self.read(toClient, 1) == ""
    }

    private static func read(_ pipe: Pipe, _ count: Int) -> String {
        var data = Data()
        while data.count < count, let more = try? pipe.fileHandleForReading.read(upToCount: count - data.count),
            !more.isEmpty
        {
            data += more
        }
        return String(decoding: data, as: UTF8.self)
    }
}
