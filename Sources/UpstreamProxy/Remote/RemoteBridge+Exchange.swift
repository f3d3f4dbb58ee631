import Locking
import NIOCore
import NIOHTTP1
import UpstreamSecurity

/// A connection to the server while it is used.
struct RemoteLink {
    let channel: any Channel
    var answers: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator
    let requests: NIOAsyncChannelOutboundWriter<RequestPart>
    /// What of the answer is held.
    let share: MessageMemory.Share
    /// Whether the answer has been read to its end.
    var isAtEnd = false
}

extension RemoteBridge {
    // Functions that read a stream are concurrent, as its iterator's own are: it must not go from one isolation to another.

    /// What of an answer that nobody reads is waited for, in bytes, and for how long: a server may keep a stream open behind its
    /// answer, and say nothing on it any more.
    private static let mostDrained = 64 << 10
    private static let longestDrain = TimeAmount.seconds(1)
    /// Of an error that may be a message, in bytes.
    private static let mostError = 1 << 20

    private enum Outcome {
        /// The connection can carry another message.
        case keeps
        case closes
        /// The call has to be sent again, to where the server has sent it: over this connection, or over another one.
        case again(overThis: Bool)
    }

    /// Carries a call over a connection of its own, and then what else comes for that connection.
    @concurrent
    func carry(_ first: RemoteCall, _ output: ClientOutput) async {
        let connection: UpstreamDialer.Connection
        do throws(RequestRefusal) {
            connection = try await (first.staysOpen ? patientDialer : dialer).connect()
        } catch {
            return await refuse(first, .unreachable, output)
        }
        let number = opened(connection.channel)
        defer { closed(number) }
        var waiting: RemoteCall? = first
        // A fault in closing this connection is none of any call.
        try? await connection.executeThenClose { answers, requests in
            var link = RemoteLink(
                channel: connection.channel,
                answers: answers.makeAsyncIterator(),
                requests: requests,
                share: memory.share()
            )
            while let call = waiting {
                call.goes(over: link.channel)
                let outcome = await post(call, output, over: &link)
                call.goes(over: nil)
                switch outcome {
                case .again(let isOverThis): if !isOverThis { return }
                case .closes: waiting = nil
                case .keeps:
                    waiting = call.staysOpen ? nil : await idle.next(for: link.channel)
                    // It was closed in the very moment in which the call came.
                    guard link.channel.isActive else { return }
                }
            }
        }
        if let waiting { await carry(waiting, output) }
    }

    /// Posts a message and carries what comes of it.
    @concurrent
    private func post(
        _ call: RemoteCall,
        _ output: ClientOutput,
        over link: inout RemoteLink
    ) async -> Outcome {
        guard !call.isOver else {
            end(call, false)
            return .closes
        }
        let line = call.message.line
        let accepting = "application/json, text/event-stream"
        let head = self.head(.POST, for: call, accepting: accepting, length: line.count)
        do throws(RemoteFault) {
            try await send([.head(head), .body(ByteBuffer(bytes: line)), .end(nil)], over: &link)
            let answer = try await answerHead(over: &link)
            let status = Int(answer.status.code)
            if status == 307 || status == 308 {
                guard call.mayFollow(), follow(answer) else { throw .redirected }
                return .again(overThis: await drain(over: &link) && answer.isKeepAlive)
            }
            guard (200...299).contains(status) else { throw await fault(answer, of: call, output, over: &link) }
            takeSession(answer, of: call)
            try await take(answer, of: call, output, over: &link)
            end(call, true)
            return await drain(over: &link) && answer.isKeepAlive ? .keeps : .closes
        } catch {
            await refuse(call, error, output)
            return .closes
        }
    }

    /// Takes the answer that was accepted.
    @concurrent
    private func take(
        _ answer: HTTPResponseHead,
        of call: RemoteCall,
        _ output: ClientOutput,
        over link: inout RemoteLink
    ) async throws(RemoteFault) {
        guard let id = call.id else { return }
        guard answer.status != .accepted, answer.status != .noContent else { throw .unanswered }
        guard Self.isUnpacked(answer) else { throw .mediaType }
        switch Self.mediaType(answer) {
        case "application/json":
            let body = try await self.body(upTo: RemoteMessage.mostBytes, over: &link)
            let message: RemoteMessage
            do { message = try RemoteMessage(body) } catch { throw .unreadable }
            guard case .answer(let answered, _) = message.kind else { throw .unreadable }
            guard answered == id else { throw .otherAnswer }
            await pass(message, to: call, output)
        case "text/event-stream":
            var events = EventStream(limit: RemoteMessage.mostBytes)
            guard try await !read(&events, for: call, output, over: &link) else { return }
            try await resume(events, of: call, output)
        default: throw .mediaType
        }
    }

    /// Hands an answer to whoever waits for it.
    func pass(_ message: RemoteMessage, to call: RemoteCall, _ output: ClientOutput) async {
        guard !call.isOver else { return }
        learn(from: message.document, to: call)
        if await !say(message.line, output) { await refuse(call, .withheld, output) }
    }

    /// The fault that an answer without success is; an error of JSON-RPC in it goes to the client.
    @concurrent
    private func fault(
        _ answer: HTTPResponseHead,
        of call: RemoteCall,
        _ output: ClientOutput,
        over link: inout RemoteLink
    ) async -> RemoteFault {
        let status = Int(answer.status.code)
        let isLost = status == 404 && call.method != "initialize" && agreement.withLock { $0.session != nil }
        let fault: RemoteFault = (300...399).contains(status) ? .redirected : isLost ? .sessionOver : .status(status)
        guard let id = call.id, Self.isUnpacked(answer), Self.mediaType(answer) == "application/json",
            let body = try? await self.body(upTo: Self.mostError, over: &link), let message = try? RemoteMessage(body),
            case .answer(_, isError: true) = message.kind, let error = message.document.error
        else { return fault }
        // Servers that could not read a request answer under no id, or under one of their own making.
        guard await say(RemoteMessage.error(id, error), output) else { return .withheld }
        end(call, false)
        return fault
    }

    // MARK: Parts

    @concurrent
    func send(_ parts: [RequestPart], over link: inout RemoteLink) async throws(RemoteFault) {
        do { try await link.requests.write(contentsOf: parts) } catch {
            // That it is closed; why, whoever reads hears: TLS fails while nothing is written yet.
            _ = try await part(over: &link)
            throw .brokenOff
        }
    }

    @concurrent
    func answerHead(over link: inout RemoteLink) async throws(RemoteFault) -> HTTPResponseHead {
        guard case .head(let head) = try await part(over: &link) else { throw .brokenOff }
        return head
    }

    @concurrent
    func part(over link: inout RemoteLink) async throws(RemoteFault) -> HTTPClientResponsePart? {
        do { return try await link.answers.next() } catch {
            throw UpstreamSecurity.isFault(error) ? .unverified : .brokenOff
        }
    }

    @concurrent
    private func body(upTo limit: Int, over link: inout RemoteLink) async throws(RemoteFault) -> [UInt8] {
        var body: [UInt8] = []
        while let part = try await self.part(over: &link) {
            switch part {
            case .head: throw .brokenOff
            case .body(let bytes):
                guard body.count + bytes.readableBytes <= limit else { throw .tooLong }
                guard link.share.hold(body.count + bytes.readableBytes) else { throw .crowded }
                body += bytes.readableBytesView
            case .end:
                link.isAtEnd = true
                return body
            }
        }
        throw .brokenOff
    }

    /// Reads what is left of an answer; `false` where it is too much to wait for, or takes too long.
    @concurrent
    private func drain(over link: inout RemoteLink) async -> Bool {
        defer {
            link.isAtEnd = false
            _ = link.share.hold(0)
        }
        if link.isAtEnd { return true }
        let channel = link.channel
        let limit = channel.eventLoop.scheduleTask(in: Self.longestDrain) { channel.close(promise: nil) }
        defer { limit.cancel() }
        var left = Self.mostDrained
        while left > 0, let part = try? await self.part(over: &link) {
            switch part {
            case .head: return false
            case .body(let bytes): left -= bytes.readableBytes
            case .end: return true
            }
        }
        return false
    }

    static func mediaType(_ answer: HTTPResponseHead) -> String {
        let type = answer.headers["content-type"].first ?? ""
        return type.prefix { $0 != ";" }.trimmingSuffixSpaces.lowercased()
    }

    /// Packed contents were not asked for, and no secret can be found in them.
    static func isUnpacked(_ answer: HTTPResponseHead) -> Bool {
        answer.headers["content-encoding"].allSatisfy { $0.lowercased() == "identity" }
    }
}

extension Substring {
    fileprivate var trimmingSuffixSpaces: Substring {
        let end = lastIndex { $0 != " " && $0 != "\t" }
        return end.map { self[...$0] } ?? ""
    }
}
