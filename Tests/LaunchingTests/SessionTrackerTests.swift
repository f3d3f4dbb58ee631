import Testing

@testable import Launching

/// What a launcher knows of a session by listening to it.
@Suite struct SessionTrackerTests {
    private static func tracker(_ lines: [(isClient: Bool, text: String)]) -> SessionTracker {
        var tracker = SessionTracker()
        for line in lines {
            if line.isClient {
                tracker.clientSaid(Array(line.text.utf8))
            } else {
                tracker.serverSaid(Array(line.text.utf8))
            }
        }
        return tracker
    }

    private static let call = #"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"list"}}"#

    @Test("a request is in flight until it is answered, with a result or an error")
    func flight() {
        #expect(SessionTracker().isQuiet)
        #expect(!Self.tracker([(true, Self.call)]).isQuiet)
        #expect(Self.tracker([(true, Self.call), (false, #"{"jsonrpc":"2.0","id":7,"result":{}}"#)]).isQuiet)
        #expect(Self.tracker([(true, Self.call), (false, #"{"id":7,"error":{"code":1,"message":""}}"#)]).isQuiet)
    }

    @Test(
        "what answers another request ends none",
        arguments: [
            #"{"id":"7","result":{}}"#, #"{"id":8,"result":{}}"#, #"{"id":null,"result":{}}"#, #"{"result":{}}"#,
        ]
    )
    func others(answer: String) {
        #expect(!Self.tracker([(true, Self.call), (false, answer)]).isQuiet)
    }

    @Test("the server's own request of the same id is another one, and waits for the client")
    func bothSides() {
        var tracker = Self.tracker([(true, Self.call), (false, #"{"id":7,"method":"elicitation/create","params":{}}"#)])
        tracker.serverSaid(Array(#"{"id":7,"result":{}}"#.utf8))
        #expect(!tracker.isQuiet, "the server still waits")
        tracker.clientSaid(Array(#"{"id":7,"result":{"action":"accept"}}"#.utf8))
        #expect(tracker.isQuiet)
    }

    @Test("texts are the same id however they are escaped")
    func escapes() {
        #expect(
            Self.tracker([(true, #"{"id":"a/b","method":"ping"}"#), (false, #"{"id":"a\/b","result":{}}"#)]).isQuiet
        )
    }

    @Test("a request that is cancelled has no answer to wait for")
    func cancelled() {
        let cancel = #"{"method":"notifications/cancelled","params":{"requestId":7}}"#
        #expect(Self.tracker([(true, Self.call), (true, cancel)]).isQuiet)
        let other = #"{"method":"notifications/cancelled","params":{"requestId":"7"}}"#
        #expect(!Self.tracker([(true, Self.call), (true, other)]).isQuiet)
    }

    @Test("a batch is each of its messages")
    func batches() {
        let batch = #"[{"id":1,"method":"ping"},{"id":2,"method":"ping"},{"method":"notifications/x"}]"#
        #expect(!Self.tracker([(true, batch), (false, #"{"id":1,"result":{}}"#)]).isQuiet)
        #expect(Self.tracker([(true, batch), (false, #"[{"id":1,"result":{}},{"id":2,"result":{}}]"#)]).isQuiet)
    }

    @Test(
        "of a line of the client that is not understood nobody knows what it began",
        arguments: ["{", #"{"id":1,"id":2,"method":"ping"}"#, "\u{0}", "Content-Length: 20"]
    )
    func blind(line: String) {
        let tracker = Self.tracker([(true, line)])
        #expect(tracker.isBlind && !tracker.isQuiet)
    }

    @Test("an id that is longer than anybody needs is not kept, whoever chose it", arguments: [true, false])
    func longIDs(isClient: Bool) {
        func tracker(_ length: Int) -> SessionTracker {
            let id = String(repeating: "x", count: length)
            return Self.tracker([(isClient, #"{"id":"\#(id)","method":"ping"}"#)])
        }
        #expect(!tracker(200).isBlind && !tracker(200).isQuiet)
        #expect(tracker(257).isBlind)
        #expect(tracker(1 << 20).isBlind)
    }

    @Test("of streams that are open only so many bytes are kept")
    func longStreams() {
        let more = String(repeating: "x", count: 6 << 20)
        var tracker = SessionTracker()
        for id in 0..<3 {
            #expect(!tracker.isBlind)
            tracker.clientSaid(Array(#"{"id":\#(id),"method":"subscriptions/listen","params":"\#(more)"}"#.utf8))
        }
        #expect(tracker.isBlind && tracker.opening.streams.isEmpty)
    }

    @Test("what else a server prints changes nothing, and neither does an empty line")
    func noise() {
        let tracker = Self.tracker([(false, "starting…"), (false, "{"), (true, ""), (true, " \r"), (false, "")])
        #expect(tracker.isQuiet && !tracker.isBlind)
    }

    @Test("a new process is told the handshake that the old one took part in")
    func handshake() {
        let initialize = #"{"id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}"#
        let answer = #"{"id":0,"result":{"protocolVersion":"2025-11-25"}}"#
        let initialised = #"{"method":"notifications/initialized"}"#
        let tracker = Self.tracker([(true, initialize), (false, answer), (true, initialised)])
        #expect(tracker.opening.initialize == Array(initialize.utf8))
        #expect(tracker.opening.initialised == Array(initialised.utf8))
        #expect(tracker.handshakeAnswer(in: Array(answer.utf8)) == .accepted)
        #expect(tracker.handshakeAnswer(in: Array(#"{"id":1,"result":{}}"#.utf8)) == nil)
        #expect(tracker.handshakeAnswer(in: Array(#"{"id":0,"method":"ping"}"#.utf8)) == nil)
        #expect(tracker.handshakeAnswer(in: Array(#"{"id":0,"error":{}}"#.utf8)) == .refused)
    }

    @Test("of a handshake that failed, and of the newer era, there is nothing to repeat")
    func noHandshake() {
        let refused = Self.tracker([(true, #"{"id":0,"method":"initialize"}"#), (false, #"{"id":0,"error":{}}"#)])
        #expect(refused.opening.initialize == nil && refused.isQuiet)
        let modern = Self.tracker([(true, #"{"id":0,"method":"server/discover"}"#), (false, #"{"id":0,"result":{}}"#)])
        #expect(modern.opening.initialize == nil && modern.opening.streams.isEmpty)
    }

    @Test("a stream that stays open is no call in flight, and is opened anew until it has ended")
    func streams() {
        let listen = #"{"id":"l","method":"subscriptions/listen","params":{}}"#
        var tracker = Self.tracker([(true, listen)])
        #expect(tracker.isQuiet && tracker.opening.streams == [Array(listen.utf8)])
        tracker.clientSaid(Array(#"{"method":"notifications/cancelled","params":{"requestId":"l"}}"#.utf8))
        #expect(tracker.opening.streams.isEmpty)
    }

    @Test("requests can wait; answers, notifications and what is not understood cannot")
    func kinds() {
        #expect(SessionTracker.isRequest(Array(Self.call.utf8)))
        for other in [#"{"id":1,"result":{}}"#, #"{"method":"notifications/x"}"#, "{", ""] {
            #expect(!SessionTracker.isRequest(Array(other.utf8)))
        }
    }
}
