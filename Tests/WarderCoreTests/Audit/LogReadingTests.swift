import Sealing
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

@Suite struct LogReadingTests {
    /// A vault whose log has the numbers 1 to 40, with a resolve or a refusal at each but the first few.
    private func vault() async throws -> TestVault {
        let kit = try await TestVault()
        try await kit.mustSetUpNotes()
        let token = try await kit.mustIssue()
        while kit.vault.sequence < 40 {
            kit.clock.advance(seconds: 60)
            if kit.vault.sequence.isMultiple(of: 2) {
                _ = await kit.refusal(of: Secrets.list(by: kit.caller(.synthetic(uid: 77), .operator)))
            } else {
                _ = await kit.refusal(of: try kit.resolve(with: token))
            }
        }
        return kit
    }

    @Test("pages forward meet every event once, whatever their size", arguments: [1, 7, 39, 40, 41, 1000])
    func forward(limit: Int) async throws {
        let kit = try await vault()
        var numbers: [UInt64] = []
        var after: UInt64 = 0
        while true {
            let page = try kit.page(after: after, limit: limit)
            numbers += page.numbers
            #expect(page.scannedTo == numbers.last ?? after)
            after = page.scannedTo
            if page.isComplete { break }
        }
        #expect(numbers == Array(1...40))
    }

    @Test("pages backward meet every event once, newest first", arguments: [1, 7, 39, 40, 41])
    func backward(limit: Int) async throws {
        let kit = try await vault()
        var numbers: [UInt64] = []
        var after: UInt64 = 41
        while true {
            let page = try kit.page(after: after, limit: limit, newestFirst: true)
            numbers += page.numbers
            after = page.scannedTo
            if page.isComplete { break }
        }
        #expect(numbers == (1...40).reversed())
    }

    @Test("a search that finds nothing says how far it looked, and goes on from there")
    func budget() async throws {
        let kit = try await vault()
        let filter = EventFilter(conditions: [try #require(.init(field: "type", value: "no.such"))])
        var after: UInt64 = 0
        var looks = 0
        while true {
            let page = try kit.vault.events(matching: filter, after: after, limit: 10, budget: 16)
            #expect(page.events.isEmpty)
            if page.isComplete { break }
            #expect(page.scannedTo == after + 16 || page.scannedTo == 40)
            after = page.scannedTo
            looks += 1
        }
        #expect(looks == 2)
    }

    @Test(
        "numbers at the very end are no trap",
        arguments: [40, 41, UInt64(Int64.max) - 1, UInt64(Int64.max), .max - 1] as [UInt64]
    )
    func end(after: UInt64) async throws {
        let kit = try await vault()
        let page = try kit.page(after: after, limit: 10)
        #expect(page.events.isEmpty && page.isComplete)
        let back = try kit.page(after: min(after, 1), limit: 10, newestFirst: true)
        #expect(back.events.isEmpty && back.isComplete)
        #expect(try kit.page(after: 0, limit: 10, newestFirst: true).isComplete)
    }

    @Test("a reader can be kept from what came after it began")
    func through() async throws {
        let kit = try await vault()
        let page = try kit.vault.events(matching: EventFilter(), after: 10, through: 20, limit: 100, budget: 100)
        #expect(page.numbers == Array(11...20))
        #expect(page.isComplete)
    }

    @Test(
        "events are found by any field",
        arguments: [
            ("type", "secret.resolve"), ("type", "server.add"), ("actor", "operator:ada"), ("actor", "uid:77"),
            ("decision", "refused"), ("reason", "not_an_operator"), ("server", "notes"), ("tool", "search"),
            ("secret", "notes/api"), ("fields", "value"), ("version", "1"), ("peer.uid", "77"), ("peer.pid", "100"),
            ("peer.attestation", "pidfd"), ("seq", "5"), ("action", "create"), ("request_id", "req_test"),
            ("changes", "outcome=ok"), ("purpose", "x"),
        ]
    )
    func filters(_ field: String, _ value: String) async throws {
        let kit = try await vault()
        let filter = EventFilter(conditions: [try #require(.init(field: field, value: value))])
        let found = try kit.vault.events(matching: filter, after: 0, limit: 100, budget: 100)
        let expected = try kit.events().filter { $0.has(field, value) }.map(\.sequence)
        #expect(found.numbers == expected)
        #expect(["changes", "purpose"].contains(field) == expected.isEmpty)
    }

    @Test("all conditions must hold")
    func together() async throws {
        let kit = try await vault()
        func count(_ conditions: [(String, String)]) throws -> Int {
            let filter = EventFilter(conditions: try conditions.map { try #require(.init(field: $0.0, value: $0.1)) })
            return try kit.vault.events(matching: filter, after: 0, limit: 100, budget: 100).events.count
        }
        #expect(try count([("type", "secret.list"), ("decision", "refused")]) > 0)
        #expect(try count([("type", "secret.list"), ("decision", "allowed")]) == 0)
        #expect(try count([("type", "secret.list"), ("type", "server.add")]) == 0)
    }

    @Test(
        "a field that events do not have cannot be asked for",
        arguments: ["", "value", "peer", "peer.groups", "time", "Type"]
    )
    func unknownField(_ field: String) { #expect(EventFilter.Condition(field: field, value: "x") == nil) }

    @Test("a text is no number, and a part is not the whole")
    func exact() async throws {
        let kit = try await vault()
        for (field, value) in [("version", "01"), ("version", "1.0"), ("type", "secret"), ("type", "SECRET.RESOLVE")] {
            let filter = EventFilter(conditions: [try #require(.init(field: field, value: value))])
            #expect(try kit.vault.events(matching: filter, after: 0, limit: 100, budget: 100).events.isEmpty)
        }
    }

    @Test("an event of any length is found")
    func long() async throws {
        var event = Event(action: .secretDestroy, time: ManualClock.start.wall, actor: .vault)
        event.changes = (0..<50_000).map { "destroyed/v\($0) and some words to make a mebibyte of it" }
        let bytes = EventFormat.canonicalBytes(of: event, sequence: 1, nonce: RecordID(high: 0, low: 1))
        #expect(bytes.count > 1 << 20)
        #expect(
            try EventFilter(conditions: [try #require(.init(field: "type", value: "secret.destroy"))]).matches(bytes)
        )
        #expect(try !EventFilter(conditions: [try #require(.init(field: "type", value: "secret.put"))]).matches(bytes))
    }

    @Test("a time has both ends in it")
    func times() async throws {
        let kit = try await vault()
        let all = try kit.events()
        let (first, last) = (all[20], all[30])
        let filter = EventFilter(since: Timestamp(rfc3339: first.time), until: Timestamp(rfc3339: last.time))
        let found = try kit.vault.events(matching: filter, after: 0, limit: 100, budget: 100)
        #expect(found.numbers == all.filter { $0.time >= first.time && $0.time <= last.time }.map(\.sequence))
        #expect(found.numbers.contains(first.sequence) && found.numbers.contains(last.sequence))
    }

    @Test("reading is an event that says what was looked for, written before anything is read")
    func searching() async throws {
        let kit = try await TestVault()
        let auditor = try await kit.mustAddOperator("audrey", uid: 1005, roles: [.auditor])
        let filter = EventFilter(
            conditions: [try #require(.init(field: "peer.uid", value: "77"))],
            since: Timestamp(rfc3339: "2026-01-01")
        )
        let own = try await kit.vault.perform(Log.search(filter, by: kit.present(auditor)))
        let event = try kit.lastEvent()
        #expect(event.type == "audit.search" && event.actor == "operator:audrey")
        #expect(event.changes == ["where peer.uid=77", "since=2026-01-01T00:00:00.000Z"])
        #expect(event.sequence == own)
        #expect(await kit.refusal(of: Log.search(filter, by: kit.admin)) == .roleMissing)
    }

    @Test("an event that was altered in the database does not open")
    func altered() async throws {
        let kit = try await vault()
        let sealed = try kit.store.events(
            in: 1...1,
            times: Timestamp(milliseconds: .min)...Timestamp(milliseconds: .max),
            limit: 1,
            newestFirst: false
        )
        let keys = try #require(kit.vault.keys)
        let event = try #require(sealed.first)
        #expect(try !keys.events.open(event).isEmpty)
        for index in event.sealed.indices {
            var bytes = event.sealed
            bytes[index] ^= 1
            let forged = type(of: event).init(
                sequence: event.sequence,
                time: event.time,
                leaf: event.leaf,
                epoch: event.epoch,
                sealed: bytes
            )
            #expect(throws: (any Error).self) { try keys.events.open(forged) }
        }
        let moved = type(of: event).init(
            sequence: 2,
            time: event.time,
            leaf: event.leaf,
            epoch: event.epoch,
            sealed: event.sealed
        )
        #expect(throws: (any Error).self) { try keys.events.open(moved) }
    }
}

extension TestVault {
    fileprivate func page(after: UInt64, limit: Int, newestFirst: Bool = false) throws -> Log.Page {
        try vault.events(
            matching: EventFilter(),
            after: after,
            limit: limit,
            budget: 100_000,
            newestFirst: newestFirst
        )
    }
}

extension Log.Page {
    fileprivate var numbers: [UInt64] { events.map(\.sequence) }
}

extension LoggedEvent {
    /// The same question, asked of the decoded event.
    fileprivate func has(_ field: String, _ value: String) -> Bool {
        switch field {
        case "type": type == value
        case "actor": actor == value
        case "decision": decision == value
        case "reason": reason == value
        case "server": server == value
        case "tool": tool == value
        case "secret": secret == value
        case "fields": fields?.contains(value) == true
        case "version": version.map(String.init) == value
        case "peer.uid": (peer?.uid).map(String.init) == value
        case "peer.pid": (peer?.pid).map(String.init) == value
        case "peer.attestation": peer?.attestation == value
        case "seq": String(sequence) == value
        case "action": action == value
        case "request_id": requestID == value
        case "changes": changes?.contains(value) == true
        case "purpose": purpose == value
        default: false
        }
    }
}
