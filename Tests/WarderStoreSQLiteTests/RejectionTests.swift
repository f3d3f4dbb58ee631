import Sealing
import Testing
import WarderCore
import WarderModel
import WarderStoreSQLite

@Suite("What does not fit is rejected, and everything with it")
struct RejectionTests {
    private let scratch: Scratch
    private let store: SQLiteStore
    private var samples = Samples()
    private let secret: SealedRecord
    private let foundation: Foundation

    init() throws {
        scratch = try Scratch()
        store = try scratch.open()
        secret = samples.record()
        foundation = try samples.foundation()
        let (secret, foundation, event, value) = (secret, foundation, samples.event(1), samples.value())
        try store.commit {
            $0.foundation = foundation
            $0.records = [secret]
            $0.values = [(Batch.Place(secret: secret.id, version: 1), value)]
            $0.events = [event]
        }
    }

    /// Commits a batch of good changes and the one that `spoil` adds, and looks whether anything of it is left.
    private mutating func expectRejection(
        _ spoil: (inout Batch) -> Void,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var batch = Batch()
        batch.records = [samples.record(.tool)]
        batch.values = [(Batch.Place(secret: secret.id, version: 2), samples.value())]
        batch.events = samples.events(2...3)
        batch.inbox = [samples.bytes(100)]
        let good = batch
        spoil(&batch)
        #expect(failure { try store.commit(batch) }?.isRejected == true, sourceLocation: sourceLocation)
        #expect(try store.records() == [secret], sourceLocation: sourceLocation)
        #expect(try store.value(of: secret.id, version: 1) != nil, sourceLocation: sourceLocation)
        #expect(try store.value(of: secret.id, version: 2) == nil, sourceLocation: sourceLocation)
        #expect(try store.lastSequence() == 1, sourceLocation: sourceLocation)
        #expect(try store.allEvents().count == 1, sourceLocation: sourceLocation)
        #expect(try store.inbox().isEmpty, sourceLocation: sourceLocation)
        // The connection is clean: the same batch without the bad change is taken.
        try store.commit(good)
        #expect(try store.lastSequence() == 3, sourceLocation: sourceLocation)
    }

    @Test("a second foundation") mutating func secondFoundation() throws {
        let second = try samples.foundation()
        try expectRejection { $0.foundation = second }
    }

    @Test("an event number that is taken") mutating func takenNumber() throws {
        let event = samples.event(3)
        try expectRejection { $0.events.append(event) }
    }

    @Test("an event number that leaves a gap") mutating func gap() throws {
        let event = samples.event(5)
        try expectRejection { $0.events.append(event) }
    }

    @Test("event number 0") mutating func numberZero() throws {
        let event = samples.event(0)
        try expectRejection { $0.events.append(event) }
    }

    @Test("an event number beyond what the database can count") mutating func hugeNumber() throws {
        let event = SealedEvent(
            sequence: .max,
            time: Timestamp(milliseconds: 0),
            leaf: samples.bytes(32),
            epoch: 1,
            sealed: samples.bytes(Samples.shortest)
        )
        try expectRejection { $0.events.append(event) }
    }

    @Test("a leaf of the wrong length", arguments: [0, 31, 33]) mutating func leafLength(_ count: Int) throws {
        let event = SealedEvent(
            sequence: 4,
            time: Timestamp(milliseconds: 0),
            leaf: samples.bytes(count),
            epoch: 1,
            sealed: samples.bytes(Samples.shortest)
        )
        try expectRejection { $0.events.append(event) }
    }

    @Test("a sealed event that is too short to be one") mutating func shortEvent() throws {
        let event = SealedEvent(
            sequence: 4,
            time: Timestamp(milliseconds: 0),
            leaf: samples.bytes(32),
            epoch: 1,
            sealed: samples.bytes(Samples.shortest - 1)
        )
        try expectRejection { $0.events.append(event) }
    }

    @Test("a record of epoch 0, which no key has") mutating func recordOfEpochZero() throws {
        let record = samples.record(epoch: 0)
        try expectRejection { $0.records.append(record) }
    }

    @Test("a value of epoch 0") mutating func valueOfEpochZero() throws {
        let (place, value) = (Batch.Place(secret: secret.id, version: 9), samples.value(epoch: 0))
        try expectRejection { $0.values.append((place, value)) }
    }

    @Test("an event of epoch 0") mutating func eventOfEpochZero() throws {
        let event = SealedEvent(
            sequence: 4,
            time: Timestamp(milliseconds: 0),
            leaf: samples.bytes(32),
            epoch: 0,
            sealed: samples.bytes(Samples.shortest)
        )
        try expectRejection { $0.events.append(event) }
    }

    @Test("a revision that is behind, the same, or skips one", arguments: [UInt64(0), 1, 3])
    mutating func wrongRevision(_ revision: UInt64) throws {
        let record = samples.record(id: secret.id, revision: revision)
        try expectRejection { $0.records.append(record) }
    }

    @Test("a first revision other than 1") mutating func firstRevision() throws {
        let record = samples.record(revision: 2)
        try expectRejection { $0.records.append(record) }
    }

    @Test("a record that changes its kind") mutating func kindChange() throws {
        let record = samples.record(.operator, id: secret.id, revision: 2)
        try expectRejection { $0.records.append(record) }
    }

    @Test("a sealed record that is too short to be one") mutating func shortRecord() throws {
        let record = SealedRecord(
            kind: .tool,
            id: samples.id(),
            revision: 1,
            epoch: 1,
            sealed: samples.bytes(Samples.shortest - 1)
        )
        try expectRejection { $0.records.append(record) }
    }

    @Test("a value of a secret that is not there") mutating func orphan() throws {
        let (place, value) = (Batch.Place(secret: samples.id(), version: 1), samples.value())
        try expectRejection { $0.values.append((place, value)) }
    }

    @Test("a value in a place that is taken") mutating func takenPlace() throws {
        let (place, value) = (Batch.Place(secret: secret.id, version: 1), samples.value())
        try expectRejection { $0.values.append((place, value)) }
    }

    @Test("a value of version 0") mutating func versionZero() throws {
        let (place, value) = (Batch.Place(secret: secret.id, version: 0), samples.value())
        try expectRejection { $0.values.append((place, value)) }
    }

    @Test("a wrapped key of the wrong length") mutating func wrappedKeyLength() throws {
        let place = Batch.Place(secret: secret.id, version: 3)
        let value = SealedValue(
            epoch: 1,
            wrappedKey: samples.bytes(Samples.wrappedKey - 1),
            sealed: samples.bytes(Samples.shortest)
        )
        try expectRejection { $0.values.append((place, value)) }
    }

    @Test("the removal of a secret that has values") mutating func removalWithValues() throws {
        let id = secret.id
        try expectRejection { $0.removedRecords.append((.secret, id)) }
    }

    @Test("an inbox entry that is too short to be sealed") mutating func shortInboxEntry() throws {
        let entry = samples.bytes(48)
        try expectRejection { $0.inbox.append(entry) }
    }

    @Test("a version number that was used by a destroyed value") mutating func reusedNumber() throws {
        let place = Batch.Place(secret: secret.id, version: 7)
        let value = samples.value()
        try store.commit { $0.values = [(place, value)] }
        try store.commit { $0.destroyedValues = [place] }
        #expect(failure { try store.commit { $0.values = [(place, value)] } }?.isRejected == true)
        #expect(try store.value(of: secret.id, version: 7) == nil)
    }

    @Test("to destroy or remove what is gone already is no failure")
    mutating func goneAlready() throws {
        let (place, id) = (Batch.Place(secret: secret.id, version: 1), samples.id())
        for _ in 0..<2 {
            try store.commit {
                $0.destroyedValues = [place]
                $0.removedRecords = [(.tool, id)]
            }
        }
        #expect(try store.value(of: secret.id, version: 1) == nil)
    }
}
