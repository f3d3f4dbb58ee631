import Testing

@testable import UpstreamProxy

@Suite("Server-sent events")
struct EventStreamTests {
    private static func events(_ pieces: [[UInt8]]) throws -> [EventStream.Event] {
        var stream = EventStream(limit: 100)
        return try pieces.flatMap { try stream.next($0) }
    }

    static let texts: [(String, [(String, String)])] = [
        ("data: a\n\n", [("", "a")]),
        ("data:a\r\rdata: b\r\n\r\n", [("", "a"), ("", "b")]),
        ("event: e\ndata: a\ndata:  b\n\ndata: c\n\n", [("e", "a\n b"), ("", "c")]),
        ("\u{FEFF}data: a\n\n", [("", "a")]),
        (": comment\n\nid: 1\n\nevent: x\n\n", []),
        ("data\n\ndata:\n\n", [("", ""), ("", "")]),
        ("data: unfinished\n", []),
        ("x: y\ndata: a:b\n\n", [("", "a:b")]),
    ]

    @Test("are read as they are meant, however they are cut", arguments: texts)
    func meaning(text: String, expected: [(String, String)]) throws {
        let bytes = Array(text.utf8)
        let wanted = expected.map { EventStream.Event(name: $0.0, data: Array($0.1.utf8)) }
        #expect(try Self.events([bytes]) == wanted)
        #expect(try Self.events(bytes.map { [$0] }) == wanted)
        for cut in bytes.indices {
            #expect(try Self.events([Array(bytes[..<cut]), Array(bytes[cut...])]) == wanted)
        }
    }

    @Test("name where to go on, if that can stand in a header, and when")
    func goingOn() throws {
        var stream = EventStream(limit: 100)
        _ = try stream.next(Array("id: e-1\nretry: 2500\ndata: x\n\n".utf8))
        #expect(stream.lastID == "e-1" && stream.pause == 2500 && stream.count == 1)
        _ = try stream.next(Array("retry: 1\nretry: x\nretry: 99999999999\n\n".utf8))
        #expect(stream.pause == 100)
        for id in ["a b", "a\u{0}", "\u{e9}", ""] {
            _ = try stream.next(Array("id: ok\nid: \(id)\n\n".utf8))
            #expect(stream.lastID == nil)
        }
        let next = EventStream(after: stream)
        #expect(next.pause == stream.pause && next.count == 0)
    }

    @Test("are refused once they are longer than what is kept")
    func length() {
        for text in ["data: " + String(repeating: "x", count: 100), String(repeating: "data: 123456789\n", count: 11)] {
            var stream = EventStream(limit: 100)
            #expect(throws: EventStream.TooLong.self) { try stream.next(Array(text.utf8)) }
        }
    }
}
