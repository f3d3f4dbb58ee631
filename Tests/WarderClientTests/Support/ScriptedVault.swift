import Locking

/// The rules of a vault, as far as a client can see them: tokens are issued and accepted, secrets have a version.
final class ScriptedVault: Sendable {
    struct State: Sendable {
        var value = "s3cret"
        var version = 7
        var life = 300
        var liveTokens: Set<String> = []
        var issued = 0
        /// What is said to a question for changes, by its method and path.
        var changes: @Sendable (String) -> StubAnswer = { line in
            line == "GET /v1/changes?wait=0" ? .json(200, #"{"next":"a","changes":[],"reset":false}"#) : .hang
        }
        /// Told of each request before it is answered, by its method and path.
        var heard: @Sendable (String) -> Void = { _ in }
        /// Answers by method and path that go before the rules.
        var overrides: [String: StubAnswer] = [:]
    }

    private let state = Locked(State())

    func change<Result: Sendable>(_ body: @Sendable (inout State) -> Result) -> Result {
        state.withLock { body(&$0) }
    }

    /// Tokens that were issued.
    var issued: Int { state.withLock { $0.issued } }

    /// Tokens that work now.
    var liveTokens: Set<String> { state.withLock { $0.liveTokens } }

    /// What a call for `github/pat` is answered.
    var secretAnswer: StubAnswer { state.withLock { Self.secret("github/pat", field: "value", $0) } }

    func answer(_ request: StubRequest) -> StubAnswer {
        state.withLock { state in
            state.heard(request.line)
            if let answer = state.overrides.first(where: { request.line.hasPrefix($0.key) })?.value { return answer }
            if request.line.hasPrefix("GET /v1/changes") { return state.changes(request.line) }
            switch request.line {
            case "GET /v1/health":
                return .json(200, #"{"state":"unsealed","later":[1]}"#)
            case "POST /v1/tokens":
                state.issued += 1
                // The length of a real one.
                let token = "wdr_t_\(String(repeating: "A", count: 40))\(100_000_000 + state.issued)"
                state.liveTokens.insert(token)
                return .json(
                    201,
                    #"{"token":"\#(token)","accessor":"tok_1","expires":"2027-01-01T00:00:00.000Z","expires_in":\#(state.life),"secrets":[],"later":{}}"#
                )
            default:
                guard let token = request.token, state.liveTokens.contains(token) else {
                    return .error(401, "token_invalid")
                }
                return Self.answer(request, token: token, &state)
            }
        }
    }

    private static func answer(_ request: StubRequest, token: String, _ state: inout State) -> StubAnswer {
        switch request.line {
        case "POST /v1/calls":
            return .json(204, "")
        case "DELETE /v1/tokens/self":
            state.liveTokens.remove(token)
            return .json(204, "")
        default:
            let path = request.line.dropFirst("GET /v1/secrets/".count).split(separator: "?field=")
            guard request.line.hasPrefix("GET /v1/secrets/"), path.count == 2 else { return .error(404, "not_found") }
            if request.headers["if-none-match"] == "\"v\(state.version)\"" { return .json(304, "") }
            return secret(path[0], field: path[1], state)
        }
    }

    private static func secret(_ name: some StringProtocol, field: some StringProtocol, _ state: State) -> StubAnswer {
        .json(
            200,
            #"{"name":"\#(name)","field":"\#(field)","version":\#(state.version),"state":"current","max_stale":3600,"value":"\#(state.value)","later":null}"#
        )
    }
}
