import Foundation
import Sealing
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// What the mark remembers of the events that went.
extension RetentionTests {
    @Test("what goes is everything before the mark but the damaged events")
    func going() throws {
        let text = """
            {"before":0,"damaged":[[1,2],[5,5],[9,10]],"id":"000102030405060708090a0b0c0d0e0f","ledger":\
            {"epochs":[],"records":[],"slots":[],"versions":[]},"through":12}
            """
        let mark = try RecordCoding.decode(LogMark.self, from: Array(text.utf8))
        #expect(try RecordCoding.encode(mark) == Array(text.utf8))
        let pruned = PrunedLog(mark)
        #expect(pruned.damaged == [1...2, 5...5, 9...10] && pruned.damagedCount == 5)
        #expect(pruned.going(through: .max) == [3...4, 6...8, 11...12])
        #expect(pruned.going(through: 7) == [3...4, 6...7])
        #expect(pruned.going(through: 2) == [] && pruned.going(through: 0) == [])
        #expect((1...12).filter { pruned.isDamaged($0) } == [1, 2, 5, 9, 10])
    }

    @Test("whoever only looks what would go opens so many damaged events, and no more")
    func damagedLook() async throws {
        let scene = try await Scene()
        // Their times were altered: whether they happened before the moment cannot be said without opening them.
        let again = try scene.kit.damaged(
            by: "UPDATE log_payloads SET time = time + 400000000000 WHERE seq IN (4, 5, 6)"
        )
        try await again.unseal().get()
        #expect(try again.vault.prunable(before: scene.edge, lookingPast: 3)?.numbers == 1...scene.old)
        #expect(throws: Refusal.valueDamaged) { try again.vault.prunable(before: scene.edge, lookingPast: 2) }
        // A prune itself goes on beyond any number of them.
        #expect(try again.vault.planPrune(before: scene.edge)?.damagedCount == 3)
    }

    @Test("a mark names so many runs of damaged events and no more")
    func damagedRuns() throws {
        var reading = PruneReading(from: 1, LogLedger(present: []))
        let event = Array(#"{"action":"none"}"#.utf8)
        for number: UInt64 in 1...8 { try reading.take(number.isMultiple(of: 2) ? event : nil, number, mostRuns: 4) }
        // Numbers 9 and 10 are missing, 11 does not open; nothing is decided about them before one that does.
        try reading.take(nil, 11, mostRuns: 4)
        #expect(reading.damaged == [1...1, 3...3, 5...5, 7...7] && reading.through == 8)
        #expect(throws: Refusal.valueDamaged) { try reading.take(event, 12, mostRuns: 4) }
        try reading.take(event, 12, mostRuns: 5)
        #expect(reading.damaged.last == 9...11 && reading.through == 12)
    }

    @Test("a ledger that goes on from its summary ends as one that read everything", arguments: [1, 5, 9, 14])
    func summaries(_ split: Int) async throws {
        let scene = try await Scene()
        let (present, _) = try MarkReader(ring: try #require(scene.kit.vault.keys?.ring), store: scene.kit.store).read()
        var whole = LogLedger(present: present)
        var part = LogLedger(present: present)
        for (index, event) in try scene.kit.events().enumerated() {
            if index == split {
                let bytes = try RecordCoding.encode(part.summary)
                part = LogLedger(present: present, from: try RecordCoding.decode(LogLedger.Summary.self, from: bytes))
            }
            let taken = [
                whole.take(event.canonical, sequence: event.sequence),
                part.take(event.canonical, sequence: event.sequence),
            ]
            #expect(taken == [true, true])
        }
        #expect(part.summary == whole.summary)
        #expect(part.slots == whole.slots && part.epochs == whole.epochs && part.records == whole.records)
        #expect(!whole.summary.records.contains { $0.name == "gone" })
    }

    @Test("the stored examples of a mark open", arguments: ["retention", "retention-damaged"])
    func example(_ name: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Vectors/records-v1")
        let bytes = Array(try Data(contentsOf: folder.appending(path: name + ".json").standardized))
        let mark = try RecordCoding.decode(LogMark.self, from: bytes)
        #expect(mark.through == 40 && mark.ledger.records.map(\.name) == ["github/pat", nil])
        #expect(try RecordCoding.encode(mark) == Array(bytes.dropLast()))
        #expect(PrunedLog(mark).damaged == (name == "retention" ? [] : [7...7, 20...23]))
    }
}
