import Testing
import UnixHTTP

@testable import WarderCommands

@Suite("Reading answers")
struct ResponseReaderTests {
    /// Bytes that arrive in pieces of a fixed size.
    private final class Pieces: ByteSource {
        private var rest: ArraySlice<UInt8>
        private let size: Int

        init(_ text: String, size: Int) {
            rest = Array(text.utf8)[...]
            self.size = size
        }

        func read(into buffer: inout [UInt8]) throws(ConnectionFault) -> Int {
            let piece = rest.prefix(size)
            for (index, byte) in piece.enumerated() { buffer[index] = byte }
            rest = rest.dropFirst(size)
            return piece.count
        }
    }

    private func read(
        _ text: String,
        size: Int = 3,
        limit: Int = 1000
    ) throws(ConnectionFault) -> (ResponseHead, String) {
        var reader = ResponseReader(Pieces(text, size: size))
        let head = try reader.head()
        var body: [UInt8] = []
        try reader.body(of: head, maximumBytes: limit) { piece throws(ConnectionFault) in
            body.append(piece)
        }
        return (head, String(decoding: body, as: UTF8.self))
    }

    @Test("a body with a length, however it is cut", arguments: [1, 2, 7, 4096])
    func length(_ size: Int) throws {
        let (head, body) = try read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag:  \"v7\" \r\n\r\nhello", size: size)
        #expect(head.status == 200)
        #expect(head.header("etag") == "\"v7\"")
        #expect(body == "hello")
    }

    @Test("a body in chunks, however it is cut", arguments: [1, 2, 7, 4096])
    func chunks(_ size: Int) throws {
        let text =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: x\r\n\r\n"
        #expect(try read(text, size: size).1 == "hello world")
    }

    @Test("no body, and answers on the way")
    func noBody() throws {
        #expect(try read("HTTP/1.1 204 No Content\r\n\r\n").1 == "")
        #expect(try read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").0.status == 200)
        #expect(try read("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n").0.status == 200)
    }

    @Test(
        "what is not HTTP is refused",
        arguments: [
            "HTTP/1.0 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n", "SSH-2.0-OpenSSH\r\n\r\n",
            "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "HTTP/1.1 200 OK\r\nNoColon\r\n\r\n",
            "HTTP/1.1 200 OK\r\n: x\r\n\r\n", "HTTP/1.1 +200 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 0200 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n", "HTTP/1.1 200 OK\r\nX: \0\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 1\r\n\r\n",
            "HTTP/1.1 204 No Content\r\nContent-Length: 2 and more\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: gzip\r\n\r\n",
            "HTTP/1.1 101 Switching Protocols\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx",
            "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\nx",
            "HTTP/1.1 200 OK\r\n\r\nbody until the end",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
        ]
    )
    func malformed(_ text: String) {
        #expect(throws: ConnectionFault.malformed) { try read(text) }
    }

    @Test(
        "an answer that is cut off is no answer",
        arguments: [
            "", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
        ]
    )
    func cutOff(_ text: String) {
        #expect(throws: ConnectionFault.closed) { try read(text) }
    }

    @Test("limits hold for head, headers and body")
    func limits() {
        let many = (0..<65).map { "X-\($0): y\r\n" }.joined()
        #expect(throws: ConnectionFault.malformed) { try read("HTTP/1.1 200 OK\r\n\(many)\r\n", size: 4096) }
        let long = "HTTP/1.1 200 OK\r\nX: \(String(repeating: "y", count: 20_000))\r\n\r\n"
        #expect(throws: ConnectionFault.malformed) { try read(long, size: 4096) }
        let trailers = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\(many)\r\n"
        #expect(throws: ConnectionFault.malformed) { try read(trailers, size: 4096) }
        #expect(throws: ConnectionFault.tooLarge) { try read("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n") }
        let chunk = "3e9\r\n\(String(repeating: "x", count: 1001))\r\n0\r\n\r\n"
        #expect(throws: ConnectionFault.tooLarge) {
            try read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(chunk)")
        }
    }
}
