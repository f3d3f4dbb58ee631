import Testing

@testable import UpstreamProxy

@Suite("Messages of a remote server")
struct RemoteMessageTests {
    private func request(id: String) -> RemoteMessage? {
        try? RemoteMessage(Array(#"{"jsonrpc":"2.0","id":"\#(id)","method":"tools/call"}"#.utf8))
    }

    @Test("an id has a length by what it means, so that an error answers it however it is escaped")
    func escapedID() throws {
        // Written anew, each of these takes six bytes.
        let text = String(repeating: "\u{7F}", count: 256)
        let message = try #require(request(id: text))
        #expect(message.kind == .request(id: .text(text), method: "tools/call"))
        let error = try RemoteMessage(RemoteMessage.error(.text(text), code: -32603, "no"))
        #expect(error.kind == .answer(id: .text(text), isError: true))
        #expect(request(id: text + "x")?.kind == nil)
    }
}
