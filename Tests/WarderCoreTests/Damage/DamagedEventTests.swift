import Sealing
import Testing
import TransparencyLog
import WarderModel
import WarderStoreSQLite
import WarderTesting

@testable import WarderCore

/// A damaged event takes nothing else along: every reader of the log is told of it, and goes on.
@Suite struct DamagedEventTests {
    private static let number: UInt64 = 9

    private static let damages = [
        "UPDATE log_payloads SET sealed = zeroblob(length(sealed)) WHERE seq = 9",
        "UPDATE log_payloads SET sealed = substr(sealed, 1, 20) WHERE seq = 9",
        "UPDATE log_payloads SET sealed = (SELECT sealed FROM log_payloads WHERE seq = 8) WHERE seq = 9",
        "UPDATE log_payloads SET time = time + 1 WHERE seq = 9",
        "UPDATE log_payloads SET epoch = 77 WHERE seq = 9",
        "UPDATE log_payloads SET epoch = -1 WHERE seq = 9",
        "UPDATE log_leaves SET leaf = zeroblob(32) WHERE seq = 9",
        "UPDATE log_leaves SET leaf = x'00' WHERE seq = 9",
    ]

    /// A vault with twenty events of the same kind behind its first.
    private static func vault() async throws -> TestVault {
        let kit = try await TestVault()
        while kit.vault.sequence < 20 { _ = try await kit.vault.perform(Secrets.list(by: kit.admin)) }
        return kit
    }

    private static func filter(_ conditions: [(String, String)]) throws -> EventFilter {
        EventFilter(conditions: try conditions.map { try #require(.init(field: $0.0, value: $0.1)) })
    }

    @Test("an event that does not open has its place in every search, and all others are there", arguments: damages)
    func search(_ damage: String) async throws {
        let kit = try await Self.vault().damaged(by: damage)
        try await kit.unseal().get()
        let last = kit.vault.sequence
        for conditions in [[], [("type", "secret.list")], [("type", "no.such")]] {
            let filter = try Self.filter(conditions)
            for newestFirst in [false, true] {
                let page = try kit.vault.events(
                    matching: filter,
                    after: newestFirst ? last + 1 : 0,
                    limit: 1000,
                    budget: 1000,
                    newestFirst: newestFirst
                )
                #expect(page.isComplete)
                #expect(page.events.filter { $0.canonical == nil }.map(\.sequence) == [Self.number])
                if conditions.isEmpty {
                    let numbers = newestFirst ? page.events.reversed().map(\.sequence) : page.events.map(\.sequence)
                    #expect(numbers == Array(1...last))
                }
            }
        }
    }

    @Test("a reader that goes through the log, as a sink does, gets every number", arguments: damages)
    func walk(_ damage: String) async throws {
        let kit = try await Self.vault().damaged(by: damage)
        try await kit.unseal().get()
        var (numbers, after): ([UInt64], UInt64) = ([], 0)
        while true {
            let events = try kit.vault.events(after: after, limit: 3)
            guard let end = events.last else { break }
            numbers += events.map(\.sequence)
            after = end.sequence
        }
        #expect(numbers == Array(1...kit.vault.sequence))
    }

    @Test("what stands for a damaged event says so, and has its leaf, so that the log is proven all the same")
    func line() async throws {
        let kit = try await Self.vault()
        let leaf = try #require(
            try kit.vault.events(after: Self.number - 1, limit: 1).first?.canonical.map { EventSealer.leaf(of: $0) }
        )
        let damaged = try kit.damaged(by: Self.damages[0])
        try await damaged.unseal().get()
        let events = try damaged.vault.events(after: Self.number - 1, limit: 1)
        #expect(
            events.map { String(decoding: $0.line, as: UTF8.self) }
                == [#"{"damaged":true,"leaf":"\#(Hex.encode(leaf))","seq":9}"#]
        )
        let lost = NumberedEvent(sequence: 9, content: .damaged(leaf: nil))
        #expect(String(decoding: lost.line, as: UTF8.self) == #"{"damaged":true,"seq":9}"#)
    }

    @Test("an export as evidence has it by its leaf, whatever was asked for, and every line is proven")
    func evidence() async throws {
        let kit = try await Self.vault().damaged(by: Self.damages[0])
        try await kit.unseal().get()
        let last = kit.vault.sequence
        let foundation = try #require(kit.vault.foundation)
        let key = try LogSigner.key(of: foundation, origin: foundation.vault)
        for conditions in [[], [("type", "no.such")]] {
            var walk = EvidenceWalk(through: last, of: kit.vault, matching: try Self.filter(conditions))
            var file: [UInt8] = []
            while let lines = try walk.next() { file += lines }
            var verifier = LogVerifier(
                keys: KeyChain(pinned: key),
                evidence: LogEvidence(checkpoint: try walk.manifest(), isManifest: true)
            )
            verifier.update(file)
            let verdict = verifier.finish()
            #expect(verdict.isSound && verdict.provenUpTo == last && verdict.damaged == 1)
            #expect(verdict.shown == (conditions.isEmpty ? last - 1 : 0))
            #expect(verdict.manifest?.count == (conditions.isEmpty ? last : 1))
        }
    }

    @Test("a page that the engine cannot read hides the rows on it alone")
    func brokenPage() async throws {
        let kit = try await TestVault()
        while kit.vault.sequence < 80 { _ = try await kit.vault.perform(Secrets.list(by: kit.admin)) }
        kit.database.close()
        try ClosedDatabase.breakPage(of: "log_payloads", at: kit.directory.file("vault.db"))
        let damaged = try TestVault(restarting: kit)
        try await damaged.unseal().get()
        let last = damaged.vault.sequence
        var after: UInt64 = 0
        var events: [NumberedEvent] = []
        repeat {
            let page = try damaged.vault.events(matching: EventFilter(), after: after, limit: 7, budget: 7)
            events += page.events
            #expect(page.isComplete || page.scannedTo > after)
            after = page.scannedTo
            if page.isComplete { break }
        } while after < last
        #expect(events.map(\.sequence) == Array(1...last))
        let unreadable = events.filter { $0.content == .damaged(leaf: nil) }
        #expect((1...20).contains(unreadable.count))
        let newest = try damaged.vault.events(
            matching: EventFilter(),
            after: last + 1,
            limit: 1000,
            budget: 1000,
            newestFirst: true
        )
        #expect(newest.events == events.reversed())
        let needle = LeakNeedle(try TestVault.secret("never stored"))
        let leak = try damaged.vault.findLeak(of: needle, through: last, progress: { _ in }, isCancelled: { false })
        #expect(leak.unreadable == UInt64(unreadable.count) && leak.events == last)
    }
}
