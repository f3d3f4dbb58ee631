import Sealing
import SecretShares
import WarderCore
import WarderModel

/// Things that could lie in a vault: of the right lengths, with anything in them. The store cannot tell the difference.
struct Samples {
    /// Length of a wrapped key: format, nonce, key, tag.
    static let wrappedKey = 1 + 24 + 32 + 16
    /// Length of the shortest sealed thing that is padded: format, nonce, one bucket, tag.
    static let shortest = 1 + 24 + 64 + 16

    private var state: UInt64

    /// - Parameter seed: the same seed gives the same samples.
    init(seed: UInt64 = .random(in: 0 ... .max)) { state = seed }

    mutating func number() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }

    mutating func number(below bound: Int) -> Int { Int(number() % UInt64(bound)) }
    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: number()) } }
    mutating func id() -> RecordID { RecordID(high: number(), low: number()) }

    mutating func record(
        _ kind: RecordKind = .secret,
        id: RecordID? = nil,
        revision: UInt64 = 1,
        epoch: UInt32 = 1
    ) -> SealedRecord {
        SealedRecord(
            kind: kind,
            id: id ?? self.id(),
            revision: revision,
            epoch: epoch,
            sealed: bytes(41 + 64 * (1 + number(below: 8)))
        )
    }

    mutating func value(epoch: UInt32 = 1) -> SealedValue {
        SealedValue(epoch: epoch, wrappedKey: bytes(Self.wrappedKey), sealed: bytes(41 + 64 * (1 + number(below: 4))))
    }

    mutating func event(_ sequence: UInt64, time: Int64? = nil) -> SealedEvent {
        SealedEvent(
            sequence: sequence,
            time: Timestamp(milliseconds: time ?? 1_700_000_000_000 + Int64(sequence)),
            leaf: bytes(32),
            epoch: 1,
            sealed: bytes(41 + 64 * (8 + number(below: 4)))
        )
    }

    mutating func events(_ sequences: ClosedRange<UInt64>) -> [SealedEvent] { sequences.map { event($0) } }

    mutating func foundation() throws -> Foundation {
        Foundation(
            vault: id(),
            created: Timestamp(milliseconds: 1_700_000_000_123),
            profile: .team,
            inboxKey: bytes(32),
            logKey: bytes(32),
            slots: [
                KeySlot(
                    id: id(),
                    kind: .passphrase(salt: bytes(16), passes: 3, memoryBytes: 256 << 20),
                    created: Timestamp(milliseconds: 1),
                    wrapped: bytes(Self.wrappedKey)
                ),
                KeySlot(
                    id: id(),
                    kind: .credential(salt: bytes(16)),
                    created: Timestamp(milliseconds: -2),
                    wrapped: bytes(Self.wrappedKey)
                ),
                KeySlot(
                    id: id(),
                    kind: .shares(salt: bytes(16), set: try ShareSet(id: id(), threshold: 2, count: 3)),
                    created: Timestamp(milliseconds: 3),
                    wrapped: bytes(Self.wrappedKey)
                ),
            ],
            keyRing: bytes(41 + 45 * 6),
            rootCreated: Timestamp(milliseconds: 3)
        )
    }
}

extension VaultStore {
    /// Commits what `fill` puts into a batch.
    func commit(_ fill: (inout Batch) -> Void) throws(StoreError) {
        var batch = Batch()
        fill(&batch)
        try commit(batch)
    }

    func allEvents() throws(StoreError) -> [SealedEvent] {
        try events(in: 0 ... .max, times: .all, limit: .max, newestFirst: false)
    }
}

extension ClosedRange<Timestamp> {
    static var all: Self { Timestamp(milliseconds: .min)...Timestamp(milliseconds: .max) }
}

/// Runs something that must fail, and says how.
func failure(of body: () throws -> Void) -> StoreError? {
    do {
        try body()
        return nil
    } catch {
        return error as? StoreError
    }
}

extension StoreError {
    var isRejected: Bool { if case .rejected = self { true } else { false } }
    var isUnavailable: Bool { if case .unavailable = self { true } else { false } }
    var isDamaged: Bool { if case .damaged = self { true } else { false } }
}
