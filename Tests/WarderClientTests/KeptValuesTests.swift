import SecretMemory
import Testing
import WarderModel
import WarderWire

@testable import WarderClient

@Suite("Which kept value a call may use")
struct KeptValuesTests {
    private var kept: KeptValues

    /// Of a client that has heard from its vault.
    init() {
        kept = KeptValues()
        kept.heard([.everything])
    }

    /// Keeps what was asked for and answered at once.
    private mutating func keep(_ secret: ResolvedSecret, asked: Duration) {
        kept.keep(secret, from: kept.question(at: asked))
    }

    private func request(
        _ name: String = "github/pat",
        tool: String = "t",
        maxStale: Duration = .seconds(60)
    ) throws -> SecretRequest {
        try SecretRequest(
            secret: name,
            fields: ["value"],
            tool: tool,
            toolDigest: nil,
            arguments: nil,
            context: CallContext(),
            maxStale: maxStale
        )
    }

    private func secret(
        _ request: SecretRequest,
        version: UInt32 = 7,
        limit: Duration = .seconds(3600),
        byteCount: Int = 6
    ) throws -> ResolvedSecret {
        let value = try SecretBytes(copying: [UInt8](repeating: 0x61, count: byteCount))
        return ResolvedSecret(request, version: version, values: [value], token: nil, limit: limit)
    }

    @Test("a value is used for as long as the call allows, the last moment included")
    mutating func age() throws {
        let wanted = try request()
        let (never, longer) = (try request(maxStale: .zero), try request(maxStale: .seconds(61)))
        keep(try secret(wanted), asked: .seconds(100))
        #expect(kept.usable(for: wanted, at: .seconds(160))?.stale == .seconds(60))
        #expect(kept.usable(for: wanted, at: .seconds(160) + .nanoseconds(1)) == nil)
        #expect(kept.usable(for: never, at: .seconds(100)) == nil)
        #expect(kept.usable(for: longer, at: .seconds(161)) != nil)
    }

    @Test("where the vault has a limit of its own, the shorter one counts, and none at all is kept for 0")
    mutating func limit() throws {
        let wanted = try request()
        keep(try secret(wanted, limit: .seconds(5)), asked: .zero)
        #expect(kept.usable(for: wanted, at: .seconds(5)) != nil)
        #expect(kept.usable(for: wanted, at: .seconds(6)) == nil)
        keep(try secret(wanted, limit: .seconds(500)), asked: .seconds(1))
        #expect(kept.usable(for: wanted, at: .seconds(62)) == nil)
        keep(try secret(wanted, limit: .zero), asked: .seconds(2))
        #expect(kept.isEmpty)
    }

    @Test("nothing is kept that was asked for before the vault was heard of changes, except of an old one")
    func beginning() throws {
        var kept = KeptValues()
        let (wanted, before) = (try secret(try request()), kept.question(at: .seconds(1)))
        kept.keep(wanted, from: before)
        kept.unheard(WarderClientError(.unreachable))
        kept.keep(wanted, from: kept.question(at: .seconds(2)))
        #expect(kept.isEmpty)
        kept.heard([.everything])
        kept.keep(wanted, from: before)
        #expect(kept.isEmpty, "released, taken back, and only then followed")
        kept.keep(wanted, from: kept.question(at: .seconds(3)))
        #expect(!kept.isEmpty)
        var old = KeptValues()
        old.unheard(WarderClientError(.notFound))
        old.keep(wanted, from: old.question(at: .seconds(1)))
        old.unheard(WarderClientError(.notFound))
        #expect(!old.isEmpty)
    }

    @Test(
        "a value that was on its way when the vault said no, or told of a change, is not kept, in whichever order both are read",
        arguments: ["refused", "changed", "sealed", "upstream", "untold"]
    )
    mutating func overtaken(how: String) throws {
        let wanted = try request()
        let question = kept.question(at: .seconds(1))
        switch how {
        case "refused": kept.failed(wanted, WarderClientError(.refused))
        case "changed": kept.heard([.revoked(secret: "github/pat")])
        case "sealed": kept.failed(wanted, WarderClientError(.sealed))
        case "upstream": kept.forget(wanted.key)
        default:
            kept.unheard(WarderClientError(.refused))
            kept.heard([])
        }
        kept.keep(try secret(wanted), from: question)
        #expect(kept.isEmpty)
        keep(try secret(wanted), asked: .seconds(2))
        #expect(kept.count == 1)
    }

    @Test("after its end it keeps nothing")
    mutating func ended() throws {
        keep(try secret(try request()), asked: .zero)
        kept.end()
        keep(try secret(try request()), asked: .seconds(1))
        kept.heard([])
        keep(try secret(try request()), asked: .seconds(2))
        #expect(kept.isEmpty)
    }

    @Test("another tool, context or secret has values of its own")
    mutating func keys() throws {
        let (tool, other) = (try request(tool: "u"), try request("github/other"))
        keep(try secret(try request()), asked: .zero)
        #expect(kept.usable(for: tool, at: .zero) == nil)
        #expect(kept.usable(for: other, at: .zero) == nil)
    }

    @Test("of two answers the one that was asked for later stays, whichever came first")
    mutating func order() throws {
        let wanted = try request()
        keep(try secret(wanted, version: 8), asked: .seconds(2))
        keep(try secret(wanted, version: 7), asked: .seconds(1))
        #expect(kept.usable(for: wanted, at: .seconds(2))?.version == 8)
    }

    @Test("more than are kept, in number or in bytes, cost the oldest")
    mutating func room() throws {
        for index in 0...KeptValues.maximumValues {
            keep(try secret(try request(tool: "t\(index)")), asked: .seconds(index))
        }
        #expect(kept.count == KeptValues.maximumValues)
        let oldest = try (0...1).map { try request(tool: "t\($0)", maxStale: .seconds(999)) }
        #expect(kept.usable(for: oldest[0], at: .seconds(300)) == nil)
        #expect(kept.usable(for: oldest[1], at: .seconds(300)) != nil)
        for index in 0..<5 {
            let large = try secret(try request(tool: "large\(index)"), byteCount: 1 << 20)
            keep(large, asked: .seconds(1_000 + index))
        }
        #expect(kept.count == 4)
        let large = try (0...1).map { try request(tool: "large\($0)") }
        #expect(kept.usable(for: large[0], at: .seconds(1_005)) == nil)
        #expect(kept.usable(for: large[1], at: .seconds(1_005)) != nil)
        keep(try secret(try request(tool: "huge"), byteCount: (4 << 20) + 1), asked: .seconds(2_000))
        #expect(kept.count == 4)
    }

    @Test(
        "a no forgets what was asked for, a closed vault everything, and a fault nothing",
        arguments: [
            (WarderClientError.Code.refused, 1), (.notFound, 1), (.tokenInvalid, 1), (.approvalDenied, 1), (.sealed, 0),
            (.notInitialised, 0), (.restoredVault, 0), (.auditUnavailable, 2), (.rateLimited, 2), (.vaultFault, 2),
        ]
    )
    mutating func failed(code: WarderClientError.Code, left: Int) throws {
        let wanted = try request()
        keep(try secret(wanted), asked: .zero)
        keep(try secret(try request("github/other")), asked: .zero)
        kept.failed(wanted, WarderClientError(code))
        #expect(kept.count == left)
        #expect((kept.usable(for: wanted, at: .zero) == nil) == (left < 2))
    }

    @Test("what is told of is forgotten, whatever its version, and being out of touch is what values are kept for")
    mutating func changed() throws {
        let (one, other) = (try request(), try request("github/other"))
        keep(try secret(one, version: 7), asked: .zero)
        keep(try secret(other, version: 7), asked: .zero)
        kept.heard([.outOfTouch, .version(secret: "github/third", 7)])
        #expect(kept.count == 2)
        // The grant of one tool was taken back while another keeps one: what is current is as before.
        kept.heard([.version(secret: "github/pat", 7)])
        #expect(kept.usable(for: one, at: .zero) == nil && kept.usable(for: other, at: .zero) != nil)
        kept.heard([.revoked(secret: "github/other")])
        #expect(kept.isEmpty)
        keep(try secret(one), asked: .zero)
        keep(try secret(other), asked: .zero)
        kept.heard([.everything])
        #expect(kept.isEmpty)
    }

    @Test(
        "of a vault that refuses to say what changes nothing is kept until it says so again; of an old one, or none, all is",
        arguments: [
            (WarderClientError.Code.refused, true), (.sealed, true), (.notInitialised, true), (.restoredVault, true),
            (.approvalDenied, true), (.unknown, true), (.notFound, false), (.unreachable, false), (.timedOut, false),
            (.unavailable, false), (.rateLimited, false), (.vaultFault, false), (.overloaded, false),
        ]
    )
    mutating func unheard(code: WarderClientError.Code, isDropped: Bool) throws {
        let wanted = try request()
        keep(try secret(wanted), asked: .zero)
        kept.unheard(WarderClientError(code))
        #expect(kept.isEmpty == isDropped)
        keep(try secret(wanted), asked: .zero)
        #expect(kept.isEmpty == isDropped, "asked for while nobody would tell")
        kept.heard([])
        keep(try secret(wanted), asked: .zero)
        #expect(!kept.isEmpty)
    }

    @Test("the bytes are wiped with the last that holds them: neither forgetting nor clearing leaves any")
    mutating func wiped() throws {
        let wanted = try request()
        weak var bytes: SecretBytes?
        do {
            let secret = try secret(wanted)
            bytes = secret.value
            keep(secret, asked: .zero)
        }
        #expect(bytes != nil)
        kept.forget(wanted.key)
        #expect(bytes == nil)
        do {
            let secret = try secret(wanted)
            bytes = secret.value
            keep(secret, asked: .zero)
        }
        kept.clear()
        #expect(bytes == nil)
    }
}

@Suite("What a client hears of changes for its own sake")
struct KeptWatchTests {
    private var watch = KeptWatch()

    private func answer(_ next: String, _ change: String? = nil, reset: Bool = false) throws -> ChangeAnswer {
        try ChangeAnswer(
            ChangeList(next: next, changes: change.map { [.init(secret: $0, version: 8)] } ?? [], reset: reset)
        )
    }

    @Test(
        "the first answer is where it begins, and says nothing of what was before; from then on it is told what changes"
    )
    mutating func beginning() throws {
        #expect(watch.answered(try answer("a")) == [.everything])
        #expect(watch.cursor == "a")
        #expect(watch.answered(try answer("b", "github/pat")) == [.version(secret: "github/pat", 8)])
        #expect(watch.answered(try answer("c", reset: true)) == [.everything])
    }

    @Test("before the first answer, and after, a lost connection is made anew, and misses nothing")
    mutating func missed() throws {
        let lost = WarderClientError(.unreachable)
        #expect(watch.failed(lost, at: .zero, jitter: 0) == .milliseconds(250))
        #expect(watch.failed(lost, at: .zero, jitter: 0) == .milliseconds(500))
        #expect(watch.answered(try answer("a")) == [.everything])
        #expect(watch.failed(lost, at: .seconds(1_000_000), jitter: 1) == .milliseconds(500))
        #expect(watch.answered(try answer("b")).isEmpty)
    }

    @Test("a vault that tells no changes is left alone for a while, and what happened meanwhile is not known")
    mutating func refused() throws {
        #expect(watch.answered(try answer("a")) == [.everything])
        #expect(watch.failed(WarderClientError(.notFound), at: .zero, jitter: 0) == .seconds(60))
        #expect(watch.cursor == nil)
        #expect(watch.answered(try answer("b")) == [.everything])
    }
}
