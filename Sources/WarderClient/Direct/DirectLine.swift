import Glibc
import Locking
import StrictJSON

/// A connection on which calls ask on their own thread.
///
/// The way over the event loop changes threads twice, which takes longer than a vault that is well. So a call whose token
/// is there, and whose value nobody keeps, takes this connection, sends, and waits on the spot: one call at a time, and for
/// a millisecond at most, because its thread is one of a few that all tasks of the program share. An answer that takes longer
/// arrives on the event loop like any other, and so does one that is no value; for ``rest`` nobody waits here then.
final class DirectLine: Sendable {
    /// What became of a call that went out here.
    enum Outcome {
        /// What the vault answered, with a value, to a request under this token.
        case answered(JSONDocument, VaultToken)
        /// The rest is for the event loop: the answer is still to come, or is another.
        case underWay(SentRequest)
        /// The vault had closed the connection before it answered. The request may have reached it.
        case lost(VaultToken)
    }

    private enum State {
        /// Nobody uses it. The connection is made when it is first needed.
        case free(DirectConnection?)
        case taken
        case closed
    }

    /// How long calls stay away after one that got no value here.
    static let rest = Duration.milliseconds(20)

    /// Tokens that calls may use here.
    let tokens = ReadyTokens()
    private let path: String
    /// Longest wait on a caller's thread, in milliseconds.
    private let patience: CInt
    private let state: Locked<(State, restsUntil: Duration, isHeld: Bool)>

    init(path: String, configuration: WarderClientConfiguration) {
        self.path = path
        patience = configuration.directPatience
        state = Locked((configuration.hasDirectLine ? .free(nil) : .closed, restsUntil: .zero, isHeld: false))
    }

    /// Keeps calls away while the event loop has something to tell the vault with the next one.
    func hold(_ isHeld: Bool) { state.withLock { $0.isHeld = isHeld } }

    /// Asks for the value, where this can be done here and now.
    ///
    /// `now`: on the clock that the life of tokens is measured by.
    ///
    /// After `.underWay` nobody asks here until that request is over, so that there are no more connections than there may be.
    ///
    /// - Returns: `nil` where nothing was asked.
    func ask(_ request: SecretRequest, at now: Duration) -> Outcome? {
        guard request.maxStale == .zero, !request.demand.isForOneCall, !Task.isCancelled,
            let token = tokens.token(for: request.demand.key, at: now), let connection = take(at: now)
        else { return nil }
        switch connection.ask(.secret(request, token: token), patience: patience) {
        case .value(let document):
            putBack(connection)
            return .answered(document, token)
        case .other(let received):
            return .underWay(
                SentRequest(connection.release(), received: received, token: token) { [self] in
                    putBack(nil, restsUntil: now + Self.rest)
                }
            )
        case .lost:
            putBack(nil)
            return .lost(token)
        }
    }

    /// Closes the connection; no call goes this way any more.
    func close() {
        state.withLock { $0.0 = .closed }
        tokens.clear()
    }

    private func take(at now: Duration) -> DirectConnection? {
        let kept: DirectConnection?? = state.withLock { state in
            guard case .free(let connection) = state.0, now >= state.restsUntil, !state.isHeld else { return nil }
            state.0 = .taken
            return .some(connection)
        }
        guard let kept else { return nil }
        if let connection = kept ?? DirectConnection(to: path) { return connection }
        putBack(nil, restsUntil: now + Self.rest)
        return nil
    }

    private func putBack(_ connection: DirectConnection?, restsUntil: Duration? = nil) {
        state.withLock { state in
            guard case .taken = state.0 else { return }
            state.0 = .free(connection)
            if let restsUntil { state.restsUntil = restsUntil }
        }
    }
}
