import NIOCore
import NIOHTTP1

extension RemoteBridge {
    /// How often a stream that brings nothing is asked for again.
    private static let attempts = 5

    /// Passes on what a stream of events brings, until it ends or the answer to `call` has come; answers whether it has.
    /// `call` is `nil` for a stream of what the server says by itself.
    @concurrent
    func read(
        _ events: inout EventStream,
        for call: RemoteCall?,
        _ output: ClientOutput,
        over link: inout RemoteLink
    ) async throws(RemoteFault) -> Bool {
        while let part = try await self.part(over: &link) {
            switch part {
            case .head: throw .brokenOff
            case .end:
                link.isAtEnd = true
                return false
            case .body(let bytes):
                guard link.share.hold(events.held + bytes.readableBytes) else { throw .crowded }
                let complete: [EventStream.Event]
                do throws(EventStream.TooLong) { complete = try events.next(bytes.readableBytesView) } catch {
                    throw .tooLong
                }
                for event in complete where await take(event, for: call, output) { return true }
            }
        }
        return false
    }

    /// Passes on an event; answers whether it is what the call waits for.
    private func take(_ event: EventStream.Event, for call: RemoteCall?, _ output: ClientOutput) async -> Bool {
        guard event.name.isEmpty || event.name == "message", !event.data.isEmpty else { return false }
        guard let message = try? RemoteMessage(event.data) else {
            tell("an event of the server is no message of JSON-RPC, and was dropped")
            return false
        }
        switch message.kind {
        case .answer(let id, _):
            guard let call, let own = call.id, id == own else {
                tell("an event of the server answers a request that this stream is not for, and was dropped")
                return false
            }
            await pass(message, to: call, output)
            return true
        case .request where call?.isModern == true:
            // Where there is no handshake, servers ask nothing by themselves.
            tell(
                "the server sent a request of its own, which this version of the protocol does not have; it was dropped"
            )
        case .request, .notification:
            guard call?.isOver != true else { return false }
            if await !say(message.line, output) {
                tell("a message of the server repeats a secret in a way that leaves none without it, and was dropped")
            }
        }
        return false
    }

    // MARK: Asking for streams

    private enum Stream {
        /// The server has none.
        case absent
        /// It ended; whether the call was answered.
        case ended(Bool)
    }

    /// What the server says by itself, from the handshake to the end.
    func listen(_ output: ClientOutput) async {
        var events = EventStream(limit: RemoteMessage.mostBytes)
        _ = try? await follow(&events, for: nil, output)
    }

    /// Goes on with the stream of a request that ended before its answer.
    ///
    /// - Throws: `RemoteFault` where the server has no more of it.
    func resume(_ events: EventStream, of call: RemoteCall, _ output: ClientOutput) async throws(RemoteFault) {
        guard events.lastID != nil, !call.isModern else { throw .unanswered }
        var events = events
        guard try await follow(&events, for: call, output) else { throw .unanswered }
    }

    /// Asks for a stream, again and again where it ends and the server can go on with it.
    private func follow(
        _ events: inout EventStream,
        for call: RemoteCall?,
        _ output: ClientOutput
    ) async throws(RemoteFault) -> Bool {
        var isFirst = call == nil
        var left = Self.attempts
        while left > 0, !isOver, !Task.isCancelled {
            if !isFirst { try? await Task.sleep(for: .milliseconds(events.pause)) }
            isFirst = false
            var next = EventStream(after: events)
            do throws(RemoteFault) {
                switch try await stream(&next, for: call, output) {
                case .absent: return false
                case .ended(true): return true
                case .ended(false): break
                }
            } catch {
                // The next attempt shows whether it passes.
            }
            events = next
            left = events.count > 0 ? Self.attempts : left - 1
        }
        return false
    }

    @concurrent
    private func stream(
        _ events: inout EventStream,
        for call: RemoteCall?,
        _ output: ClientOutput
    ) async throws(RemoteFault) -> Stream {
        let connection: UpstreamDialer.Connection
        do throws(RequestRefusal) { connection = try await patientDialer.connect() } catch { throw .unreachable }
        let number = opened(connection.channel)
        defer { closed(number) }
        let head = self.head(.GET, for: nil, accepting: "text/event-stream", length: nil, lastID: events.lastID)
        var found = Result<Stream, RemoteFault>.failure(.brokenOff)
        try? await connection.executeThenClose { answers, requests in
            var link = RemoteLink(
                channel: connection.channel,
                answers: answers.makeAsyncIterator(),
                requests: requests,
                share: memory.share()
            )
            call?.goes(over: link.channel)
            do throws(RemoteFault) {
                try await send([.head(head), .end(nil)], over: &link)
                let answer = try await answerHead(over: &link)
                guard answer.status == .ok, Self.mediaType(answer) == "text/event-stream", Self.isUnpacked(answer)
                else {
                    // A server that has to be asked again later says so by a number of its own.
                    found = (500...599).contains(answer.status.code) ? .failure(.brokenOff) : .success(.absent)
                    return
                }
                found = .success(.ended(try await read(&events, for: call, output, over: &link)))
            } catch {
                found = .failure(error)
            }
            call?.goes(over: nil)
        }
        return try found.get()
    }
}
