import SecretMemory
import Testing
import WarderWire

@testable import WarderClient

@Suite("Which token a call uses")
struct TokenCacheTests {
    private func key(_ session: String? = nil) -> TokenDemand.Key {
        TokenDemand(
            tool: "github/create_issue",
            toolDigest: nil,
            arguments: nil,
            context: CallContext(session: session)
        ).key
    }

    private func token(
        requested: Duration = .zero,
        life: Duration = .seconds(100),
        jitter: Double = 0.5
    ) throws
        -> VaultToken
    {
        VaultToken(
            text: try SecretBytes(copying: "wdr_t_x".utf8),
            requested: requested,
            life: life,
            jitter: jitter,
            isForOneCall: false
        )
    }

    /// The step as a word, and the token it names.
    private func step(
        _ cache: inout TokenCache<Int>,
        at seconds: Int,
        waiter: Int = 0
    ) -> (String, VaultToken?) {
        switch cache.step(for: key(), at: .seconds(seconds), waiter: { waiter }) {
        case .use(let token): ("use", token)
        case .useAndRequest(let token): ("useAndRequest", token)
        case .request: ("request", nil)
        case .wait: ("wait", nil)
        }
    }

    @Test("the first call requests a token, and those that come meanwhile wait for it")
    func singleFlight() throws {
        var cache = TokenCache<Int>()
        #expect(step(&cache, at: 0, waiter: 1).0 == "request")
        #expect(step(&cache, at: 0, waiter: 2).0 == "wait")
        #expect(step(&cache, at: 0, waiter: 3).0 == "wait")
        #expect(cache.received(try token(), for: key()) == [1, 2, 3])
        #expect(step(&cache, at: 0).0 == "use")
    }

    @Test(
        "a token is used alone, then replaced in the background, then waited for",
        arguments: [
            (0, "use"), (49, "use"), (50, "useAndRequest"), (79, "useAndRequest"), (80, "request"), (200, "request"),
        ]
    )
    func renewal(at seconds: Int, expected: String) throws {
        var cache = TokenCache<Int>()
        _ = step(&cache, at: 0)
        _ = cache.received(try token(), for: key())
        #expect(step(&cache, at: seconds).0 == expected)
    }

    @Test("the renewal lies between 45 and 55 percent of the life", arguments: [0, 0.25, 0.999])
    func jitter(_ jitter: Double) throws {
        let token = try token(requested: .seconds(10), life: .seconds(100), jitter: jitter)
        #expect(token.renewAt >= .seconds(55))
        #expect(token.renewAt < .seconds(65))
        #expect(token.refreshAt == .seconds(90))
    }

    @Test("while a renewal is under way the old token is used, and after it the new one")
    func replacement() throws {
        var cache = TokenCache<Int>()
        _ = step(&cache, at: 0)
        let (old, new) = (try token(), try token(requested: .seconds(50)))
        _ = cache.received(old, for: key())
        #expect(step(&cache, at: 50).0 == "useAndRequest")
        #expect(step(&cache, at: 51).1 === old)
        #expect(cache.received(new, for: key()).isEmpty)
        #expect(step(&cache, at: 52).1 === new)
    }

    @Test("a failed renewal is tried again after a second, and the old token stays")
    func failedRenewal() throws {
        var cache = TokenCache<Int>()
        _ = step(&cache, at: 0)
        _ = cache.received(try token(), for: key())
        _ = step(&cache, at: 60)
        #expect(cache.failed(for: key(), at: .seconds(60)).isEmpty)
        #expect(step(&cache, at: 60).0 == "use")
        #expect(step(&cache, at: 61).0 == "useAndRequest")
    }

    @Test("a failed first request answers everybody and leaves nothing behind")
    func failedRequest() {
        var cache = TokenCache<Int>()
        _ = step(&cache, at: 0, waiter: 1)
        _ = step(&cache, at: 0, waiter: 2)
        #expect(cache.failed(for: key(), at: .zero) == [1, 2])
        #expect(step(&cache, at: 0).0 == "request")
    }

    @Test("a token that was not accepted is dropped, and its successor is not")
    func dropping() throws {
        var cache = TokenCache<Int>()
        _ = step(&cache, at: 0)
        let (old, new) = (try token(), try token())
        _ = cache.received(old, for: key())
        cache.drop(old, for: key())
        #expect(step(&cache, at: 1).0 == "request")
        _ = cache.received(new, for: key())
        cache.drop(old, for: key())
        #expect(step(&cache, at: 1).1 === new)
    }

    @Test("calls of different sessions, agents and users share nothing")
    func keys() {
        let contexts = [
            CallContext(), CallContext(onBehalfOf: "a"), CallContext(agent: "a"), CallContext(session: "a"),
        ]
        let keys = contexts.map { TokenDemand(tool: "a/b", toolDigest: nil, arguments: nil, context: $0).key }
        #expect(Set(keys).count == 4)
        #expect(
            TokenDemand(tool: "a/b", toolDigest: nil, arguments: nil, context: CallContext(purpose: "p")).isForOneCall
        )
    }

    @Test("however many sessions there are, a bounded number of tokens is kept")
    func bound() throws {
        var cache = TokenCache<Int>()
        for session in 0..<1_000 {
            let key = key("session-\(session)")
            _ = cache.step(for: key, at: .milliseconds(session)) { session }
            _ = cache.received(try token(), for: key)
        }
        #expect(cache.takeTokens().count == TokenCache<Int>.maximumKeys)
        // The ones used last are those that stayed.
        _ = cache.step(for: key("session-999"), at: .seconds(2)) { 0 }
    }
}
