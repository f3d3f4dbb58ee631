import Glibc
import Testing

@testable import Launching
@testable import WarderLinux

/// A server that was started anew comes into a session that is under way.
@Suite struct HandshakeTests {
    /// A relay, and the pipe of its server.
    private struct Session {
        var relay = Relay()
        private let server: PipeEnd
        private let input: PipeEnd

        init() throws {
            (server, input) = try PipeEnd.pair()
            for end in [server, input] { try end.stopBlocking() }
        }

        /// What has reached the server since.
        mutating func read() -> String {
            _ = relay.write(to: input)
            return String(decoding: server.read(limit: 1 << 20) ?? [], as: UTF8.self)
        }

        mutating func client(_ line: String) { relay.clientSaid(Array((line + "\n").utf8)) }
        mutating func server(_ line: String) { relay.serverSaid(Array((line + "\n").utf8)) }
    }

    private static let hello = #"{"id":0,"method":"initialize"}"#
    private static let ready = #"{"method":"notifications/initialized"}"#
    private static let stream = #"{"id":"l","method":"subscriptions/listen"}"#
    private static let answer = #"{"id":0,"result":{}}"#
    private static let call = #"{"id":5,"method":"tools/call"}"#

    /// The first server has ended, and the second has been told the handshake.
    private static func opening() throws -> Session {
        var session = try Session()
        session.client(hello)
        session.server(answer)
        session.client(ready)
        session.client(stream)
        #expect(session.read() == "\(hello)\n\(ready)\n\(stream)\n")
        session.relay.shut()
        session.relay.serverEnded(isFollowed: true)
        session.relay.open()
        #expect(session.read() == "\(hello)\n" && session.relay.isOpening)
        return session
    }

    @Test(
        "it is told what the one before was told, then what the client has said meanwhile; its answer is nobody else's"
    )
    func whole() throws {
        var session = try Self.opening()
        session.client(Self.call)
        session.client(#"{"method":"notifications/x"}"#)
        #expect(session.read().isEmpty)
        let before = session.relay.toClientCount
        session.server(Self.answer)
        #expect(session.relay.toClientCount == before)
        #expect(session.read() == "\(Self.ready)\n\(Self.stream)\n\(Self.call)\n{\"method\":\"notifications/x\"}\n")
        #expect(!session.relay.isOpening && !session.relay.tracker.isQuiet)
    }

    @Test("while it has not answered nothing lets go what waits for it, and the client's end waits too")
    func waiting() throws {
        var session = try Self.opening()
        session.client(Self.call)
        session.relay.release()
        session.relay.hold(.now)
        session.relay.clientSaid(Array("tail".utf8))
        session.relay.clientSaid([])
        #expect(session.read().isEmpty && !session.relay.isDelivered && !session.relay.isQuiet)
        session.server(Self.answer)
        #expect(session.read() == "\(Self.ready)\n\(Self.stream)\n\(Self.call)\ntail")
        #expect(session.relay.isDelivered)
    }

    @Test("one that refuses has no session")
    func refusal() throws {
        var session = try Self.opening()
        let before = session.relay.toClientCount
        session.server(#"{"id":0,"error":{"code":1}}"#)
        #expect(session.relay.isRefused && session.relay.isOpening && session.relay.toClientCount == before)
    }

    @Test("what it says before its answer goes to the client, up to a limit")
    func flood() throws {
        var session = try Self.opening()
        session.server(#"{"method":"notifications/message"}"#)
        #expect(session.relay.hasForClient && session.relay.wantsServer)
        session.server(String(repeating: "x", count: 1 << 20))
        #expect(!session.relay.wantsServer)
        session.server(Self.answer)
        #expect(!session.relay.isOpening)
    }
}
