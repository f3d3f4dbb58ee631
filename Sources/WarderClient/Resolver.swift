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

    /// How far a call has come where it enters the event loop.
    enum Beginning: Sendable {
        case anew
        /// It asked on its own thread, and the answer is still to come.
        case underWay(SentRequest)
        /// It asked on its own thread, with this token, and the vault hung up.
        case lost(VaultToken)
    }

    private let pool: ConnectionPool
    private let changes: ChangePolls
    private let direct: DirectLine
    let elapsed: () -> Duration
    let jitter: () -> Double
    let changesWait: Int
    let reportFailed: ((WarderClientError) -> Void)?
    private let timeout: TimeAmount
    private let maximumCalls: Int
    private var tokens: TokenCache<TokenReply>
    /// For calls that name `maxStale`; listens for changes from the first one on.
    var kept = KeptValues()
    var watch: KeptWatch?
    /// Calls that wait until the vault was asked what changes; `nil` since it was.
    var untilHeard: [() -> Void]? = []
    /// With the next call that comes here; so all of them do while there are any.
    var late = LateReports() { didSet { direct.hold(!late.isEmpty) } }
    /// Tools whose calls people were asked about.
    var askedAbout: Set<String> = []
    private var calls = 0
    /// Tokens on their way back, and what to do when there is none any more.
    private var returning = 0
    private var finishClosing: (() -> Void)?

    /// `elapsed`: the clock of the tokens' life, which `direct` is asked by as well.
    init(
        path: String,
        configuration: WarderClientConfiguration,
        elapsed: @escaping () -> Duration,
        direct: DirectLine,
        loop: any EventLoop
    ) {
        pool = ConnectionPool(path: path, limit: configuration.pooledConnections, loop: loop)
        changes = ChangePolls(path: path, loop: loop)
        self.elapsed = elapsed
        self.direct = direct
        tokens = TokenCache(ready: direct.tokens)
        jitter = configuration.jitter
        changesWait = configuration.changesWait
        reportFailed = configuration.reportFailed
        timeout = TimeAmount(min(max(configuration.timeout, .milliseconds(1)), .seconds(3_600)))
        maximumCalls = configuration.maximumCalls
    }

    /// Resolves a secret now; its value is kept for calls that name `maxStale`, and for no others.
    func resolve(
        _ request: SecretRequest,
        from beginning: Beginning = .anew,
        then reply: @escaping (Result<ResolvedSecret, WarderClientError>) -> Void
    ) {
        guard calls < maximumCalls else { return reply(.failure(WarderClientError(.overloaded))) }
        calls += 1
        let call = Call(request: request, deadline: .now() + timeout, reply: reply)
        switch beginning {
        case .anew:
            if request.maxStale > .zero { following { self.resolve(call) } } else { resolve(call) }
        case .underWay(let sent):
            pool.takeOver(sent, for: exchange(of: call, with: sent.token) { sent.end() })
        case .lost(let token): pool.sendAgain(exchange(of: call, with: token))
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
            self.kept.end()
            done()
        }
        for token in tokens.takeTokens() { giveBack(token) }
        if returning == 0 { finishClosing?() }
    }

    // MARK: Values

    /// A call on its way to a value.
    private struct Call {
        let request: SecretRequest
        let deadline: NIODeadline
        /// For a value that may be kept.
        var question: KeptValues.Question?
        /// Whether it has had a token that was not accepted.
        var isSecondAttempt = false
        let reply: (Result<ResolvedSecret, WarderClientError>) -> Void
    }

    private func resolve(_ call: Call) {
        var call = call
        if call.request.maxStale > .zero { call.question = kept.question(at: elapsed()) }
        withToken(for: call.request.demand, deadline: call.deadline) { token in
            switch token {
            case .success(let token): self.pool.send(self.exchange(of: call, with: token))
            case .failure(let error): self.end(call, .failure(error))
            }
        }
    }

    private func end(_ call: Call, _ result: Result<ResolvedSecret, WarderClientError>) {
        calls -= 1
        call.reply(settled(result, of: call.request, from: call.question))
    }

    private func exchange(of call: Call, with token: VaultToken, then ended: @escaping () -> Void = {}) -> Exchange {
        Exchange(.secret(call.request, token: token), deadline: call.deadline) { answer in
            ended()
            let result = answer.flatMap { answer in
                Result { () throws(WarderClientError) in try answer.secret(call.request, token: token) }
            }
            guard case .failure(let error) = result else { return self.end(call, result) }
            guard error.code == .tokenInvalid else {
                return self.giveBack(token, before: call.deadline) { self.end(call, result) }
            }
            // Expired, revoked, or issued by a vault that was restarted since: worth one new token, and only one.
            self.tokens.drop(token, for: call.request.demand.key)
            guard !call.isSecondAttempt else { return self.end(call, result) }
            // If nobody can be asked for that one, this was the vault's last word.
            self.kept.failed(call.request, error)
            var again = call
            again.isSecondAttempt = true
            self.resolve(again)
        }
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

    /// Uses a token no more that the vault did not accept.
    func drop(_ token: VaultToken, for demand: TokenDemand) { tokens.drop(token, for: demand.key) }

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
