import GRDB
import Sealing
import SecretShares
import WarderCore
import WarderModel

/// A key slot's kind and its parameters, as columns.
struct KeySlotColumns {
    /// The columns that a kind fills, in the order of `init(_:at:)`.
    static let names = "kind, salt, passes, memory_bytes, share_set, threshold, shares"

    var kind: String
    var salt: [UInt8]
    var passes: Int?
    var memoryBytes: Int?
    var set: RecordID?
    var threshold: Int?
    var shares: Int?

    init(_ slot: KeySlot) {
        kind = slot.kindName
        switch slot.kind {
        case .passphrase(let salt, let passes, let memoryBytes):
            self.salt = salt
            self.passes = passes
            self.memoryBytes = memoryBytes
        case .credential(let salt):
            self.salt = salt
        case .shares(let salt, let set):
            self.salt = salt
            self.set = set.id
            threshold = set.threshold
            shares = set.count
        }
    }

    /// `first`: where in the row the columns begin.
    init(_ row: Row, at first: Int) throws {
        kind = try row.decode(String.self, atIndex: first)
        salt = try row.bytes(first + 1)
        passes = try row.decode(Int?.self, atIndex: first + 2)
        memoryBytes = try row.decode(Int?.self, atIndex: first + 3)
        set = row.hasNull(atIndex: first + 4) ? nil : try row.id(first + 4)
        threshold = try row.decode(Int?.self, atIndex: first + 5)
        shares = try row.decode(Int?.self, atIndex: first + 6)
    }

    /// - Throws: `StoreError.newer` for a kind that this version does not know.
    func slotKind() throws -> KeySlot.Kind {
        guard let opener = KeySlot.Opener(rawValue: kind) else { throw StoreError.unknownKind }
        switch opener {
        case .passphrase:
            guard let passes, let memoryBytes else { throw StoreError.corrupt }
            return .passphrase(salt: salt, passes: passes, memoryBytes: memoryBytes)
        case .credential:
            return .credential(salt: salt)
        case .shares:
            guard let set, let threshold, let shares,
                let set = try? ShareSet(id: set, threshold: threshold, count: shares)
            else { throw StoreError.corrupt }
            return .shares(salt: salt, set: set)
        }
    }
}
