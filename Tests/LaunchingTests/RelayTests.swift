import Testing

@testable import Launching

/// Passing on byte for byte, in whole lines.
@Suite struct RelayTests {
    @Test("lines come out as they went in, in whatever pieces", arguments: [1, 2, 3, 7, 100])
    func pieces(size: Int) {
        let text = Array("one\r\n\ntwo \u{1F511}\n{\"three\":1}\nrest".utf8)
        var buffer = LineBuffer()
        var found: [[UInt8]] = []
        for start in stride(from: 0, to: text.count, by: size) {
            buffer.append(Array(text[start..<min(start + size, text.count)]))
            while let piece = buffer.next(limit: 64) {
                guard case .line(let line) = piece else {
                    Issue.record("no line is that long")
                    return
                }
                found.append(line)
            }
        }
        #expect(found.map { String(decoding: $0, as: UTF8.self) } == ["one\r", "", "two \u{1F511}", "{\"three\":1}"])
        #expect(buffer.isMidLine && buffer.takeAll() == Array("rest".utf8))
    }

    @Test("a line that is too long passes as it comes, and the next one is a line again")
    func long() {
        var buffer = LineBuffer()
        var passed: [UInt8] = []
        for _ in 0..<10 {
            buffer.append(Array("0123456789".utf8))
            while case .raw(let bytes)? = buffer.next(limit: 16) { passed += bytes }
        }
        #expect(buffer.isMidLine)
        buffer.append(Array("end\nnext\n".utf8))
        if case .raw(let bytes)? = buffer.next(limit: 16) { passed += bytes }
        #expect(String(decoding: passed, as: UTF8.self) == String(repeating: "0123456789", count: 10) + "end\n")
        guard case .line(let line)? = buffer.next(limit: 16) else {
            Issue.record("the next line is one")
            return
        }
        #expect(line == Array("next".utf8) && !buffer.isMidLine)
    }

    @Test("while it holds, requests wait and answers go on; then the requests follow in their order")
    func holding() {
        var relay = Relay()
        relay.hold(.now)
        relay.clientSaid(Array("{\"id\":1,\"method\":\"ping\"}\n{\"id\":9,\"result\":{}}\n".utf8))
        #expect(relay.hasForServer && relay.tracker.isQuiet)
        relay.release()
        #expect(!relay.tracker.isQuiet)
    }

    @Test("requests are held for ten seconds, and no longer for being asked to again")
    func patience() {
        var relay = Relay()
        let start = ContinuousClock.now
        relay.hold(start)
        relay.hold(start + .seconds(5))
        #expect(relay.due == start + .seconds(10))
        relay.release()
        #expect(relay.due == nil)
    }

    @Test("what is held is counted in bytes as well as in lines")
    func bounds() {
        var byCount = Relay()
        byCount.hold(.now)
        for id in 0..<64 {
            #expect(byCount.wantsClient)
            byCount.clientSaid(Array("{\"id\":\(id),\"method\":\"ping\"}\n".utf8))
        }
        #expect(!byCount.wantsClient)
        let more = String(repeating: "x", count: 6 << 20)
        var bySize = Relay()
        bySize.hold(.now)
        for id in 0..<3 {
            #expect(bySize.wantsClient)
            bySize.clientSaid(Array("{\"id\":\(id),\"method\":\"ping\",\"params\":\"\(more)\"}\n".utf8))
        }
        #expect(!bySize.wantsClient)
        bySize.release()
        #expect(!bySize.wantsClient, "the server has to read it first")
    }

    @Test("a line that has only begun is nothing to start a server anew on")
    func middle() {
        var relay = Relay()
        #expect(relay.isQuiet)
        relay.clientSaid(Array("{\"id\":".utf8))
        #expect(!relay.isQuiet && !relay.hasForServer)
    }

    @Test("what a client said last, without an end, reaches the server when the client has closed its end")
    func end() {
        var relay = Relay()
        relay.clientSaid(Array("tail".utf8))
        relay.clientSaid([])
        #expect(relay.hasForServer && relay.clientIsDone && !relay.isDelivered)
    }
}
