import Testing
import UpstreamAddresses

@Suite("Addresses and headers with variables")
struct RemoteAddressTests {
    private static let values = [
        "KEY": "k3y", "SLASH": "a/b", "DOTS": "..", "AND": "a&b", "LINE": "a\r\nX: y", "AT": "a@b", "EMPTY": "",
    ]

    static let addresses: [(String, String?)] = [
        ("https://h", "/"), ("https://h/mcp/?a=%20", "/mcp/?a=%20"), ("https://h?k={KEY}", "/?k=k3y"),
        ("http://localhost:1/{KEY}/x", "/k3y/x"), ("https://u:{KEY}@h/x", "/x"), ("https://h/{SLASH}", "/a/b"),
        ("https://h/{DOTS}/x", nil), ("https://h/x?k={AND}", nil), ("https://h/x?k={LINE}", nil),
        ("https://{AT}@h/x", nil), ("https://h/x?k={EMPTY}", nil), ("https://h/x?k={NONE}", nil),
    ]

    @Test("a value stands where its braces stood, or nowhere", arguments: addresses)
    func filled(text: String, target: String?) throws {
        let address = try RemoteAddress(text)
        let filled = try? address.filled { Self.values[$0] }
        #expect(filled?.target == target)
    }

    @Test(
        "what is no address is refused",
        arguments: [
            "", "h/mcp", "ftp://h/", "http://h.example/", "https:///x", "https://{KEY}/", "https://h{KEY}/",
            "https://h/#x",
            "https://h/{}", "https://h/{a", "https://h/a}", "https://h/{1a}", "https://h/{a-b}", "https://h/{{KEY}}",
            "https://h/../x", "https://h/a b", "https://h/\u{e9}", "https://h:99999/", "https://a@b@h/",
        ]
    )
    func noAddress(text: String) {
        #expect(throws: RemoteAddress.Invalid.self) { try RemoteAddress(text) }
    }

    @Test("a header's value is one line, whatever the variable holds")
    func headers() throws {
        let header = try RemoteHeader("X-Key:  Bearer {KEY} ")
        #expect(header.name == "X-Key" && header.variables == ["KEY"])
        #expect(try header.filled { Self.values[$0] } == "Bearer k3y")
        #expect(throws: VariableText.Unfilled.unfit("LINE")) {
            try RemoteHeader("X-Key: {LINE}").filled { Self.values[$0] }
        }
        #expect(throws: VariableText.Unfilled.missing("NONE")) {
            try RemoteHeader("X-Key: {NONE}").filled { Self.values[$0] }
        }
    }

    @Test(
        "what is no header, or the protocol's own, is refused",
        arguments: [
            "X-Key", ": a", "X-Key:", "X Key: a", "X-Key: a\nb", "X-Key: \u{e9}", "Host: a", "content-length: 1",
            "Mcp-Session-Id: a", "MCP-Param-X: a", "Transfer-Encoding: chunked", "X-Key: {a", "X-Key: }",
        ]
    )
    func noHeader(text: String) {
        #expect(throws: RemoteHeader.Invalid.self) { try RemoteHeader(text) }
    }
}
