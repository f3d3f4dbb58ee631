import NIOCore
import WarderModel
import WarderWire

/// What the client does for its calls: finds a token, asks for the value, and once more where the token was not
/// accepted.
///
/// It lives on one event loop. A call comes in once and its result leaves once, whatever lies between.
final class Resolver {
    private typealias TokenReply = (Result<VaultToken, WarderClientError>) -> Void

    private static let longestReturn = TimeAmount.seconds(1)

    private let pool: ConnectionPool
    private let changes: ChangePolls
    let elapsed: () -> Duration
    let jitter: () -> Double
    let changesWait: Int
    let reportFailed: ((WarderClientError) -> Void)?
    private let timeout: TimeAmount
    private let maximumCalls: Int
    private var tokens = TokenCache<TokenReply>()
    /// For calls that name `maxStale`; listens for changes from the first one on.
    var kept = KeptValues()
    var watch: KeptWatch?
    var late = LateReports()
    private var calls = 0
    /// Tokens on their way back, and what to do when there is none any more.
    private var returning = 0
    private var finishClosing: (() -> Void)?

    init(path: String, configuration: WarderClientConfiguration, loop: any EventLoop) {
        pool = ConnectionPool(path: path, limit: configuration.maximumConnections, loop: loop)
        changes = ChangePolls(path: path, loop: loop)
        elapsed = Self.stopwatch(configuration.clock)
        jitter = configuration.jitter
        changesWait = configuration.changesWait
        reportFailed = configuration.reportFailed
        timeout = TimeAmount(min(max(configuration.timeout, .milliseconds(1)), .seconds(3_600)))
        maximumCalls = configuration.maximumCalls
    }

    /// Resolves a secret now; its value is kept for calls that name `maxStale`, and for no others.
    func resolve(_ request: SecretRequest, then reply: @escaping (Result<ResolvedSecret, WarderClientError>) -> Void) {
        guard calls < maximumCalls else { return reply(.failure(WarderClientError(.overloaded))) }
        calls += 1
        let asked = request.maxStale > .zero ? elapsed() : .zero
        resolve(request, deadline: .now() + timeout, isSecondAttempt: false) { result in
            self.calls -= 1
            reply(self.settled(result, of: request, asked: asked))
        }
    }

    /// A token for a call, and nothing with it yet.
    func token(for demand: TokenDemand, then reply: @escaping (Result<VaultToken, WarderClientError>) -> Void) {
        withToken(for: demand, deadline: .now() + timeout, reply: reply)
    }

    /// Sends a request that needs no token, or brings its own.
    func send<Value>(
        _ request: VaultRequest,
        within limit: TimeAmount? = nil,
        reading read: @escaping (VaultAnswer) throws(WarderClientError) -> Value,
        then reply: @escaping (Result<Value, WarderClientError>) -> Void
    ) {
        pool.send(
            Exchange(request, deadline: .now() + (limit ?? timeout)) { answer in
                reply(answer.flatMap { answer in Result { () throws(WarderClientError) in try read(answer) } })
            }
        )
    }

    /// Tells the vault that a token is not needed any more, for a second at most. It would end by itself.
    func giveBack(_ token: VaultToken, then done: @escaping () -> Void = {}) {
        returning += 1
        send(.giveBack(token), within: Self.longestReturn, reading: { _ in }) { _ in
            self.returning -= 1
            if self.returning == 0 { self.finishClosing?() }
            done()
        }
    }

    /// Asks what has changed, and waits at the vault for it. Takes no connection from the calls.
    func poll(
        since cursor: String?,
        seconds: Int,
        until interruption: Interruption,
        then reply: @escaping (Result<ChangeAnswer, WarderClientError>) -> Void
    ) {
        changes.poll(
            .changes(since: cursor, seconds: seconds),
            deadline: .now() + timeout + .seconds(Int64(seconds)),
            until: interruption,
            reading: { answer throws(WarderClientError) in try ChangeAnswer(answer.decode(ChangeList.self)) },
            then: reply
        )
    }

    /// Asks what became of an approval, and waits at the vault while nobody has decided.
    func poll(
        _ approval: ApprovalID,
        seconds: Int,
        until interruption: Interruption,
        then reply: @escaping (Result<ApprovalState, WarderClientError>) -> Void
    ) {
        changes.poll(
            .approval(approval, seconds: seconds),
            deadline: .now() + timeout + .seconds(Int64(seconds)),
            until: interruption,
            reading: { answer throws(WarderClientError) in try answer.decode(ApprovalState.self) },
            then: reply
        )
    }

    /// Ends a poll that nobody waits for any more.
    func interrupt(_ interruption: Interruption) { changes.interrupt(interruption) }

    /// Replies after a while.
    func pause(_ duration: Duration, then reply: @escaping (Result<Void, WarderClientError>) -> Void) {
        changes.pause(TimeAmount(duration), then: reply)
    }

    /// Gives all tokens back, for a second at most, and closes the connections.
    func close(then done: @escaping () -> Void) {
        changes.close()
        finishClosing = {
            self.finishClosing = nil
            self.loseReports()
            self.pool.close()
            // Of whatever ended only now as well.
            self.kept.clear()
            done()
        }
        for token in tokens.takeTokens() { giveBack(token) }
        if returning == 0 { finishClosing?() }
    }

    // MARK: Values

    private func resolve(
        _ request: SecretRequest,
        deadline: NIODeadline,
        isSecondAttempt: Bool,
        then reply: @escaping (Result<ResolvedSecret, WarderClientError>) -> Void
    ) {
        withToken(for: request.demand, deadline: deadline) { token in
            switch token {
            case .success(let token):
                self.fetch(request, with: token, deadline: deadline, isSecondAttempt: isSecondAttempt, then: reply)
            case .failure(let error):
                reply(.failure(error))
            }
        }
    }

    private func fetch(
        _ request: SecretRequest,
        with token: VaultToken,
        deadline: NIODeadline,
        isSecondAttempt: Bool,
        then reply: @escaping (Result<ResolvedSecret, WarderClientError>) -> Void
    ) {
        let exchange = Exchange(.secret(request, token: token), deadline: deadline) { answer in
            let result = answer.flatMap { answer in
                Result { () throws(WarderClientError) in
                    try answer.secret(request, token: token)
                }
            }
            guard case .failure(let error) = result else { return reply(result) }
            guard error.code == .tokenInvalid else { return self.giveBack(token, before: deadline) { reply(result) } }
            // Expired, revoked, or issued by a vault that was restarted since: worth one new token, and only one.
            self.tokens.drop(token, for: request.demand.key)
            guard isSecondAttempt else {
                return self.resolve(request, deadline: deadline, isSecondAttempt: true, then: reply)
            }
            reply(result)
        }
        pool.send(exchange)
    }

    /// Gives back the token of a call that got no value: what people said for it can then serve the next attempt.
    ///
    /// Whether the value had left already is the vault's to know: it takes a yes back only for a token that opened
    /// nothing. The next attempt finds the yes there, so the call waits for it where its own time allows.
    private func giveBack(_ token: VaultToken, before deadline: NIODeadline, then done: @escaping () -> Void) {
        guard token.isForOneCall else { return done() }
        guard NIODeadline.now() + Self.longestReturn <= deadline else {
            giveBack(token)
            return done()
        }
        giveBack(token, then: done)
    }

    // MARK: Tokens

    private func withToken(for demand: TokenDemand, deadline: NIODeadline, reply: @escaping TokenReply) {
        guard !demand.isForOneCall else { return requestToken(demand, deadline: deadline, then: reply) }
        switch tokens.step(for: demand.key, at: elapsed(), waiter: { reply }) {
        case .use(let token):
            reply(.success(token))
        case .useAndRequest(let token):
            requestShared(demand)
            reply(.success(token))
        case .request:
            requestShared(demand)
        case .wait:
            break
        }
    }

    /// Requests a token for everybody with the same key. It has a full timeout of its own, so that it ends before the
    /// first of those who join later would.
    private func requestShared(_ demand: TokenDemand) {
        requestToken(demand, deadline: .now() + timeout) { result in
            let waiters =
                switch result {
                case .success(let token): self.tokens.received(token, for: demand.key)
                case .failure: self.tokens.failed(for: demand.key, at: self.elapsed())
                }
            for waiter in waiters { waiter(result) }
        }
    }

    private func requestToken(_ demand: TokenDemand, deadline: NIODeadline, then reply: @escaping TokenReply) {
        let requested = elapsed()
        pool.send(
            Exchange(.token(demand), deadline: deadline) { answer in
                reply(
                    answer.flatMap { answer in
                        Result { () throws(WarderClientError) in
                            let issued = try answer.issuedToken()
                            return VaultToken(
                                text: issued.text,
                                requested: requested,
                                life: issued.life,
                                jitter: self.jitter(),
                                isForOneCall: demand.isForOneCall
                            )
                        }
                    }
                )
            }
        )
    }

    /// Reads a clock as the time since now.
    static func stopwatch<C: Clock<Duration>>(_ clock: C) -> @Sendable () -> Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }
}
