import SecretMemory
import Sealing
import Testing
import WarderModel

/// Several epochs of a key side by side: the newest seals, every one opens.
@Suite struct EpochTests {
    @Test func `what earlier epochs sealed opens beside what the newest seals`() throws {
        let content = Array("content".utf8)
        let rings = try [[1], [1, 2], [1, 2, 5]].map { try Fixture.ring(epochs: $0) }
        let newest = try #require(rings.last)
        let sealer = try EventSealer(newest)
        for (ring, epoch) in zip(rings, [UInt32(1), 2, 5]) {
            let record = try ring.seal(content, kind: .tool, id: Fixture.id, revision: 1)
            let value = try ring.seal(Fixture.fields(["value": content]), secret: Fixture.id, version: 1)
            let event = try EventSealer(ring).seal(content, sequence: 1, time: Fixture.time)
            #expect(record.epoch == epoch)
            #expect(value.epoch == epoch)
            #expect(event.epoch == epoch)
            #expect(try newest.open(record) == content)
            #expect(try newest.open(value, secret: Fixture.id, version: 1).plain == ["value": content])
            #expect(try sealer.open(event) == content)
        }
    }

    @Test func `the newest epoch counts, not the last in the list`() throws {
        let ring = try Fixture.ring(epochs: [5, 1, 2])
        for purpose in KeyRing.Purpose.allCases { #expect(try ring.current(purpose).epoch == 5) }
        #expect(try ring.key(.metadata, epoch: 2).isEqual(to: Fixture.key("main 2 2")))
    }

    @Test func `keys have epochs of their own`() throws {
        var entries = try Fixture.ring().entries
        entries.append(try Fixture.entry(.metadata, epoch: 2, "second"))
        let ring = try KeyRing(vault: Fixture.vault, entries: entries)
        #expect(try ring.current(.metadata).epoch == 2)
        #expect(try ring.current(.log).epoch == 1)
        #expect(throws: SealingError.unknownEpoch(2)) { try ring.key(.log, epoch: 2) }
    }

    @Test func `a ring without a later epoch cannot open what that sealed`() throws {
        let record = try Fixture.ring(epochs: [1, 2]).seal([1], kind: .grant, id: Fixture.id, revision: 1)
        #expect(throws: SealingError.unknownEpoch(2)) { try Fixture.ring().open(record) }
    }
}
