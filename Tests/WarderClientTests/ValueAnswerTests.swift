import Testing

@testable import WarderClient

@Suite("Answers that give a value")
struct ValueAnswerTests {
    private static let usual =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nCache-Control: no-store\r\nETag: \"v1\"\r\n\r\n{}"

    private func body(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        return ValueAnswer.body(in: bytes.span).map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    @Test("the body of an answer as the vault writes it is found")
    func usual() {
        #expect(body(Self.usual) == "{}")
        #expect(body(Self.usual.uppercased()) == "{}")
    }

    @Test("an answer that is not whole is not read here")
    func cut() {
        for count in 0..<Self.usual.count { #expect(body(String(Self.usual.prefix(count))) == nil) }
    }

    @Test(
        "what differs in anything is not read here",
        arguments: [
            ("200", "201"), ("200", "401"), ("200", "2000"), ("1.1", "1.0"), ("Length: 2", "Length: 1"),
            ("Length: 2", "Length: 3"), ("Length: 2", "Length: "), ("Length: 2", "Length: +2"),
            ("Length: 2", "Length: 2 "), ("Length: 2", "Length:  2"), ("Length: 2", "Length: 0x2"),
            ("Length: 2", "Length: 000002"), ("Length: 2", "Length: 99999999999999999999"),
            ("Length: 2\r\n", "Length: 2\r\nContent-Length: 2\r\n"), ("Content-Length: 2\r\n", ""),
            ("ETag: \"v1\"", "Transfer-Encoding: chunked"), ("ETag: \"v1\"", "Connection: close"),
            ("ETag: \"v1\"", "Trailer: x"), ("ETag: ", "ETag : "), ("ETag: \"v1\"", " folded"),
            ("ETag: \"v1\"", "ETag: \u{0}"), ("ETag: \"v1\"\r\n", "ETag: \"v1\"\n"), ("200 OK\r\n", "200 OK\n"),
            ("{}", "{}x"), ("{}", "{}HTTP/1.1 200 OK\r\n\r\n"),
        ]
    )
    func differs(part: String, other: String) {
        #expect(body(Self.usual.replacing(part, with: other)) == nil)
    }
}
