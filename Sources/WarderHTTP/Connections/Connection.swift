import Glibc
import Logging
import NIOCore
import NIOHTTP1
import SecretMemory
import WarderCore
import WarderLinux
import WarderModel
import WarderWire

/// One connection: takes requests one after the other, has the peer looked at, and answers.
///
/// Lives on its event loop. A request that comes while another is being answered ends the connection: pipelining would
/// let a peer queue work without limit.
final class Connection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private enum Stage {
        case idle
        case reading(Request)
        case answering
        case closing
    }

    /// A request whose head has been accepted.
    private struct Request {
        let match: RouteMatch
        let target: RequestTarget
        let fields: RequestFields
        let requestID: String
        let received: ContinuousClock.Instant
        var peer: Peer
        let body: IncomingBody
    }

    private let door: Door
    private let server: ServerContext
    private let admission: Admission
    private let seat: Seat
    private let outbox: Outbox
    private let prefix: String
    /// On the client socket.
    private let launchLine: LaunchLine?
    private var check: PeerCheck
    private var stage = Stage.idle
    private var keepsAlive = true
    private var served = 0
    private var context: ChannelHandlerContext?
    /// When patience ends; looked at by the sweeper.
    private(set) var deadline: NIODeadline
    private var sawFirstByte = false
    /// Whether the place can be given away because the rest of a body is yet to come.
    private var isArriving = false
    /// Ends the waiting of a long poll under way.
    private var takeBack: (@Sendable () -> Void)?

    init(door: Door, server: ServerContext, check: PeerCheck, seat: Seat, outbox: Outbox) {
        self.door = door
        self.server = server
        admission = Admission(door: door, server: server)
        self.check = check
        self.seat = seat
        self.outbox = outbox
        launchLine =
            door.kind == .client ? LaunchLine(check.process, server.launches, hangUp: seat.close) : nil
        prefix = "req_" + Hex.encode(SecureRandom.bytes(count: 6)) + "_"
        deadline = .now() + .seconds(server.limits.firstByteSeconds)
    }

    // MARK: Life

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        server.statistics.connectionOpened()
        seat.becomeIdle(at: .now())
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        takeBack?()
        launchLine?.close()
        if door.kind == .worker { server.vault.jobs.leave(prefix) }
        door.gate.leave(seat)
        server.statistics.connectionClosed()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stage = .closing
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What a peer sent wrongly is its own affair: one answer if there can be one, and the connection ends.
        guard case .idle = stage, error is HTTPParserError else { return context.close(promise: nil) }
        let problem: Problem =
            switch error as? HTTPParserError {
            case .headerOverflow: .fatal("The header is too large.", .headerFieldsTooLarge, .tooLarge)
            default: .fatal("This is not a well-formed HTTP/1.1 request.")
            }
        countIfMalformed(problem)
        send(problem.answer(requestID: nextRequestID()))
    }

    /// Told by the first handler in the pipeline, before anything is parsed.
    func bytesArrived() {
        guard case .idle = stage, !sawFirstByte else { return }
        sawFirstByte = true
        deadline = .now() + .seconds(server.limits.headerSeconds)
    }

    /// Whether the head of a request has been parsed, or none will be any more.
    var hasHead: Bool {
        if case .idle = stage { false } else { true }
    }

    /// Patience has ended.
    func expire() {
        switch stage {
        case .reading(let request):
            send(
                Problem.fatal("The request did not arrive in time.", .requestTimeout)
                    .answer(requestID: request.requestID)
            )
        case .idle, .answering, .closing:
            context?.close(promise: nil)
        }
    }

    /// Told twice a second.
    func watchLaunch() { launchLine?.watch() }

    /// No more requests: closes when the one under way is answered. Who waits for something to happen gets no answer:
    /// nothing was decided that could be lost, and others would wait for it. A worker's step may be on its way.
    func drain() {
        keepsAlive = false
        switch stage {
        case .idle: context?.close(promise: nil)
        case .answering where takeBack != nil && door.kind != .worker: context?.close(promise: nil)
        case .reading, .answering, .closing: break
        }
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (unwrapInboundIn(data), stage) {
        case (.head(let head), .idle):
            guard seat.becomeBusy() else { return context.close(promise: nil) }
            do throws(Problem) { try begin(head) } catch { refuse(error) }
        case (.body(let bytes), .reading(let request)):
            request.body.append(bytes)
        case (.end, .reading(let request)):
            if isArriving {
                isArriving = false
                guard seat.becomeBusy() else { return context.close(promise: nil) }
            }
            stage = .answering
            run(request)
        // Of a request that is refused already.
        case (.body(let bytes), _): bytes.wipe()
        case (_, .closing), (.end, _): break
        case (.head, _): context.close(promise: nil)
        }
    }

    /// A request that comes whole, as most do, never counts as arriving, and costs nothing here.
    func channelReadComplete(context: ChannelHandlerContext) {
        if case .reading = stage, !isArriving { isArriving = seat.beginArriving(at: .now()) }
        context.fireChannelReadComplete()
    }

    private func begin(_ head: HTTPRequestHead) throws(Problem) {
        let received = ContinuousClock.now
        let requestID = nextRequestID()
        let fields = try RequestFields(head)
        keepsAlive = keepsAlive && fields.keepsAlive
        do throws(Problem) {
            let (match, target, peer) = try route(head, at: received)
            try admission.checkBody(of: match.route, fields)
            let isLarge = fields.contentLength > Exchange.freeBodyBytes
            let request = Request(
                match: match,
                target: target,
                fields: fields,
                requestID: requestID,
                received: received,
                peer: peer,
                body: IncomingBody(capacity: isLarge ? 0 : fields.contentLength)
            )
            if isLarge {
                if let refusal = try exchange(for: request).earlyRefusal(
                    of: match.route,
                    bodyBytes: fields.contentLength
                ) {
                    keepsAlive = false
                    stage = .answering
                    deadline = .now() + .seconds(server.limits.requestSeconds)
                    return try perform(refusal, requestID: requestID)
                }
                request.body.reserve(fields.contentLength)
            }
            deadline = .now() + .seconds(server.limits.bodySeconds)
            stage = .reading(request)
        } catch {
            var problem = error
            // A body that follows is not read, so that nothing behind it can be understood.
            problem.closes = problem.closes || fields.hasBody
            throw problem
        }
        if fields.expectsContinue, fields.hasBody { sendContinue() }
    }

    private func route(
        _ head: HTTPRequestHead,
        at received: ContinuousClock.Instant
    ) throws(Problem) -> (RouteMatch, RequestTarget, Peer) {
        guard let target = RequestTarget(head.uri) else {
            throw .fatal("The path has a spelling that the vault does not take.")
        }
        let (peer, standing) = try look()
        let match = try admission.admit(peer, standing, in: seat.share, head.method, target, at: received)
        return (match, target, peer)
    }

    /// Asks the kernel. A peer that cannot be attested gets nothing, not even an error it could learn from.
    private func look() throws(Problem) -> (peer: Peer, standing: PeerCheck.Standing) {
        do throws(PeerCheck.Failure) { return try check.look() } catch {
            switch error {
            case .unconfirmed(.outOfDescriptors):
                // The daemon's own want: it says nothing of the peer, and passes.
                throw .fatal("This process cannot be looked at now: connect anew.", .serviceUnavailable, .unavailable)
            case .unconfirmed(let reason):
                server.logger.debug("peer could not be attested", metadata: ["error": "\(reason)"])
                throw .fatal("The process behind this connection could not be confirmed.", .forbidden, .denied)
            case .mustRead:
                // A server was registered meanwhile that asks for a hash: the next connection makes it off this loop.
                throw .fatal("This process has to be looked at again: connect anew.", .serviceUnavailable, .unavailable)
            }
        }
    }

    // MARK: Answering

    private func run(_ request: Request) {
        var request = request
        do throws(Problem) {
            // The body may have taken long: whoever asks now is looked at again.
            if request.fields.hasBody { request.peer = try look().peer }
            deadline = .now() + .seconds(server.limits.requestSeconds)
            let exchange = exchange(for: request)
            let refusal = try exchange.earlyRefusal(of: request.match.route, bodyBytes: request.fields.contentLength)
            let work = if let refusal { refusal } else { try request.match.route.work(exchange) }
            try perform(work, requestID: request.requestID)
        } catch { refuse(error) }
    }

    private func exchange(for request: Request) -> Exchange {
        var caller = Caller(
            door: door.kind,
            peer: request.peer,
            requestID: request.requestID,
            traceID: request.fields.traceID,
            presenceProof: request.fields.presenceProof,
            received: request.received
        )
        caller.isOwner = request.peer.uid == 0 || request.peer.uid == geteuid()
        return Exchange(
            caller: caller,
            match: request.match,
            target: request.target,
            fields: request.fields,
            body: request.body.take(),
            connection: JobBoard.Line(name: prefix, hangUp: seat.close),
            launchLine: launchLine,
            context: server
        )
    }

    private func perform(_ work: Work, requestID: String) throws(Problem) {
        switch work {
        case .done(let answer): send(answer)
        case .decision(let action, let start): start(finisher(requestID, about: action))
        case .passphrase(let start):
            let finish = finisher(requestID)
            if !server.passphraseWork({ start(finish) }) { self.finish(.failure(.throttled), requestID: requestID) }
        case .slots(let count, let admitted, let start):
            deadline = .now() + .seconds(server.limits.seconds(forSlots: count))
            let finish = finisher(requestID)
            if !server.rewrappingWork(admitted: admitted, { start(finish) }) {
                self.finish(.failure(.throttled), requestID: requestID)
            }
        case .slow(let start):
            let finish = finisher(requestID)
            server.slowWork { start(finish) }
        case .wait(let start):
            guard door.gate.startWaiting(seat) else { throw .tooManyLongPolls }
            deadline = .now() + .seconds(server.limits.longPollSeconds)
            takeBack = start(finisher(requestID))
        case .stream(let mediaType, let permission, let next):
            stream(mediaType, permission: permission, next: next, requestID: requestID)
        }
    }

    /// Brings an outcome back to the event loop; a connection that has gone meanwhile gets nothing.
    private func finisher(
        _ requestID: String,
        about action: Action? = nil
    ) -> @Sendable (@escaping @Sendable () -> Work.Outcome) -> Void {
        guard let context else { return { _ in } }
        let loop = context.eventLoop
        let bound = NIOLoopBound(self, eventLoop: loop)
        return { outcome in
            loop.execute { bound.value.finish(outcome(), requestID: requestID, about: action) }
        }
    }

    private func finish(_ outcome: Work.Outcome, requestID: String, about action: Action? = nil) {
        let hasWaited = takeBack != nil
        takeBack = nil
        if hasWaited, door.kind == .client, case .success = outcome {
            // Whoever is told something after a long time is looked at again.
            do throws(Problem) {
                let (peer, standing) = try look()
                guard standing == .known else {
                    server.unknownUsage.add(.unknown, uid: check.uid)
                    throw door.problem(peer.refusalOfStranger)
                }
            } catch { return send(error.answer(requestID: requestID), code: error.code.rawValue) }
        }
        switch outcome {
        case .success(let answer): send(answer, code: answer.failure?.rawValue)
        case .failure(let refusal):
            var problem = door.problem(refusal, about: action)
            switch refusal {
            case .rateLimited: problem.retryAfter = check.peer.map(server.vault.secondsUntilTokens)
            case .throttled: problem.retryAfter = server.vault.secondsUntilTry(of: check.uid) ?? problem.retryAfter
            default: break
            }
            send(problem.answer(requestID: requestID), code: problem.code.rawValue)
        }
    }

    /// Refuses what nobody has decided about.
    private func refuse(_ problem: Problem) {
        countIfMalformed(problem)
        send(problem.answer(requestID: currentRequestID), code: problem.code.rawValue)
    }

    /// What servers send that cannot be understood has no event of its own, so that nobody can fill the disk with it: it is
    /// counted, and nothing of it is kept.
    private func countIfMalformed(_ problem: Problem) {
        guard door.kind == .client, problem.isMalformed else { return }
        server.unknownUsage.add(.malformed, uid: check.uid, server: check.server)
    }

    private func send(_ answer: Answer, code: String? = nil) {
        guard let context, context.channel.isActive else {
            answer.ifLost?()
            return
        }
        served += 1
        let stays = keepsAlive && !answer.closes && served < server.limits.requestsPerConnection
        var buffer = context.channel.allocator.buffer(capacity: answer.count + 256)
        answer.write(to: &buffer, keepAlive: stays)
        stage = stays ? .answering : .closing
        // A peer that does not read its answer has this long; only then is there a next request.
        deadline = .now() + .seconds(server.limits.requestSeconds)
        server.statistics.requestAnswered()
        if let code { server.statistics.failed(code: code) }
        // A sealed vault decides nothing, so that this is the only trace of it.
        if code == ErrorCode.sealed.rawValue { server.unknownUsage.add(.sealed, uid: check.uid) }
        let sent = context.eventLoop.makePromise(of: Void.self)
        let secret = answer.isSecret ? buffer : nil
        let ifLost = answer.ifLost
        sent.futureResult.assumeIsolated().whenComplete { result in
            secret?.wipe()
            if case .failure = result { ifLost?() }
            if stays { self.becomeIdle() } else { context.close(promise: nil) }
        }
        context.write(wrapOutboundOut(buffer), promise: sent)
        // The last answer goes at once: whatever ends the connection next must not overtake it.
        if stays { outbox.add(self) } else { flush() }
    }

    /// Hands over to the kernel what was written.
    func flush() { context?.flush() }

    private func becomeIdle() {
        guard case .answering = stage else { return }
        stage = .idle
        sawFirstByte = false
        let now = NIODeadline.now()
        if door.kind == .worker, server.vault.jobs.isAtWork(prefix) {
            // Nothing comes until the step is done, and the board knows how long that may take.
            deadline = .distantFuture
        } else if launchLine?.launch != nil {
            // It stays for as long as the launcher does, and says nothing.
            deadline = .distantFuture
            seat.hold()
        } else {
            deadline = now + .seconds(server.limits.idleSeconds)
            seat.becomeIdle(at: now)
        }
        if !keepsAlive { context?.close(promise: nil) }
    }

    private func sendContinue() {
        guard let context else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
    }

    private func nextRequestID() -> String {
        requestNumber += 1
        return currentRequestID
    }

    private var requestNumber = 0
    private var currentRequestID: String { prefix + String(requestNumber) }

    // MARK: Streaming

    private func stream(
        _ mediaType: Answer.MediaType,
        permission: (@escaping @Sendable (Refusal?) -> Void) -> Void,
        next: @escaping @Sendable () throws -> [UInt8]?,
        requestID: String
    ) {
        guard let context else { return }
        let loop = context.eventLoop
        let bound = NIOLoopBound(self, eventLoop: loop)
        permission { refusal in
            loop.execute {
                if let refusal {
                    bound.value.finish(.failure(refusal), requestID: requestID)
                } else {
                    bound.value.start(mediaType, next)
                }
            }
        }
    }

    private func start(_ mediaType: Answer.MediaType, _ next: @escaping @Sendable () throws -> [UInt8]?) {
        guard let context else { return }
        keepsAlive = false
        AnswerStream(next, over: context.channel, server: server, connection: self).start(mediaType)
    }

    /// A piece of a stream is on its way: there is time for the next one.
    func streamGoesOn() { deadline = .now() + .seconds(server.limits.requestSeconds) }

    /// The last piece of a stream has been written; with it the connection ends.
    func streamEnds() {
        stage = .closing
        server.statistics.requestAnswered()
    }
}
