import Sealing
import StrictJSON
import Testing
import WarderCrypto
import WarderModel
import WarderTesting

@testable import WarderCore

/// An event's canonical bytes are what is hashed, sealed, exported, and verified years later.
@Suite struct EventBytesTests {
    @Test("every event is strict JSON in canonical form, with its keys in order")
    func canonical() async throws {
        let kit = try await story()
        for event in try kit.events() {
            let document = try JSONDocument(parsing: event.canonical)
            #expect(try CanonicalJSON.bytes(of: document.root) == event.canonical)
            let keys = try document.root.members.map { try $0.key.string() }
            #expect(keys == keys.sorted())
        }
    }

    @Test("a leaf is SHA-256 of a zero byte and the canonical bytes")
    func leaf() async throws {
        let kit = try await story()
        let stored = try kit.store.events(
            in: 1...UInt64(Int64.max),
            times: Timestamp(milliseconds: .min)...Timestamp(milliseconds: .max),
            limit: 1000,
            newestFirst: false
        )
        let events = try kit.events()
        #expect(stored.map(\.sequence) == events.map(\.sequence))
        for (sealed, event) in zip(stored, events) {
            #expect(sealed.leaf == SHA256Digest.hash([0] + event.canonical))
            #expect(sealed.sealed.firstRange(of: Array(event.type.utf8)) == nil)
        }
    }

    @Test("numbers have no gaps, and ids are never the same")
    func numbers() async throws {
        let events = try await story().events()
        #expect(events.map(\.sequence) == Array(1...UInt64(events.count)))
        #expect(Set(events.map(\.id)).count == events.count)
        #expect(events.allSatisfy { $0.id.hasPrefix("evt_") && $0.id.utf8.count == 36 })
    }

    @Test("an event with everything in it is spelled like this, byte by byte")
    func golden() throws {
        let peer = Peer.synthetic(
            uid: 2000,
            gid: 2001,
            unit: "notes.service",
            executable: Peer.Executable(
                path: "/opt/notes",
                device: 1,
                inode: 2,
                sha256: String(repeating: "e", count: 64)
            )
        )
        var event = Event(action: .secretResolve, time: ManualClock.start.wall, actor: .process(peer))
        event.decision = .refused
        event.reason = .tokenExhausted
        event.server = try ServerName("notes")
        event.tool = try ToolID("notes/search")
        event.toolDigest = String(repeating: "d", count: 64)
        event.argumentsDigest = String(repeating: "a", count: 64)
        event.secret = try SecretName("notes/api")
        event.version = 7
        event.fields = [.value]
        event.token = TokenAccessor(random: RecordID(high: 0, low: 0))
        event.approval = "apr_1"
        event.onBehalfOf = try PlainText("grace@example.org")
        event.agent = try PlainText("ag\"ent")
        event.session = try PlainText("sess\u{e9}")
        event.purpose = try PlainText("why")
        event.requestID = "req_1"
        event.traceID = String(repeating: "1", count: 32)
        event.durationMicroseconds = 12
        event.changes = ["one", "two"]
        let bytes = EventFormat.canonicalBytes(of: event, sequence: 3, nonce: RecordID(high: 0, low: 255))
        #expect(
            String(decoding: bytes, as: UTF8.self) == #"{"action":"read","actor":"process:2000","agent":"ag\"ent","#
                + #""approval":"apr_1","arguments_digest":"\#(String(repeating: "a", count: 64))","changes":["one","two"],"#
                + #""decision":"refused","duration_us":12,"fields":["value"],"id":"evt_000000000000000000000000000000ff","#
                + #""on_behalf_of":"grace@example.org","peer":{"attestation":"pidfd","exe":"/opt/notes","exe_sha256":""#
                + #"\#(String(repeating: "e", count: 64))","gid":2001,"pid":4711,"uid":2000,"unit":"notes.service"},"#
                + #""purpose":"why","reason":"token_exhausted","request_id":"req_1","secret":"notes/api","seq":3,"#
                + #""server":"notes","session":"sess"# + "\u{e9}"
                + #"","time":"2026-11-21T09:30:00.000Z","token":"tok_0000000000000000000000","tool":"search","#
                + #""tool_digest":"\#(String(repeating: "d", count: 64))","trace_id":"\#(String(repeating: "1", count: 32))","#
                + #""type":"secret.resolve","version":7}"#
        )
    }

    @Test("an event with next to nothing in it leaves the rest out")
    func small() {
        let event = Event(action: .vaultStop, time: ManualClock.start.wall, actor: .vault)
        let bytes = EventFormat.canonicalBytes(of: event, sequence: 1, nonce: RecordID(high: 0, low: 1))
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"{"action":"stop","actor":"vault","decision":"allowed","id":"evt_00000000000000000000000000000001","#
                + #""seq":1,"time":"2026-11-21T09:30:00.000Z","type":"vault.stop"}"#
        )
    }

    @Test("what a server claims is in the event, and so are the peer and the trace")
    func claims() async throws {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let claims = Claims(
            onBehalfOf: try PlainText("grace"),
            agent: try PlainText("assistant"),
            session: try PlainText("s-1"),
            purpose: try PlainText("because")
        )
        var caller = kit.server(.synthetic(unit: "notes.service"))
        caller.traceID = String(repeating: "a", count: 32)
        let issued = HeldToken(
            try await kit.vault.perform(Tokens.issue(try kit.demand(claims: claims), by: caller)).get()
        )
        let first = try kit.lastEvent()
        _ = try await kit.mustResolve(with: issued, by: .synthetic(unit: "notes.service"))
        let second = try kit.lastEvent()
        for event in [first, second] {
            #expect(event.onBehalfOf == "grace" && event.agent == "assistant")
            #expect(event.session == "s-1" && event.purpose == "because")
            #expect(event.peer?.pid == 4711 && event.peer?.unit == "notes.service")
            #expect(event.peer?.attestation == "pidfd" && event.actor == "process:2000")
            #expect(event.token == issued.issued.accessor.text)
        }
        #expect(first.traceID == caller.traceID && second.traceID == nil)
    }

    /// A few of everything, allowed and refused.
    private func story() async throws -> TestVault {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let token = try await kit.mustIssue()
        _ = try await kit.mustResolve(with: token)
        _ = await kit.refusal(of: try kit.resolve("no/such", with: token))
        _ = await kit.refusal(of: Secrets.list(by: kit.caller(.synthetic(uid: 77), .operator)))
        _ = try await kit.vault.perform(
            Servers.quarantine(
                try ServerName("notes"),
                reason: try PlainText("ends with \u{201d} and é"),
                by: kit.admin
            )
        )
        try await kit.seal()
        _ = try await kit.unseal(with: "the first guess").refusal
        try await kit.unseal().get()
        return kit
    }
}
