import Sealing
import WarderCore

/// A key slot's kind and its parameters, as columns.
struct KeySlotColumns {
    let kind: String
    let salt: [UInt8]
    let passes: Int?
    let memoryBytes: Int?

    init(kind: String, salt: [UInt8], passes: Int?, memoryBytes: Int?) {
        self.kind = kind
        self.salt = salt
        self.passes = passes
        self.memoryBytes = memoryBytes
    }

    init(_ slot: KeySlot.Kind) {
        switch slot {
        case .passphrase(let salt, let passes, let memoryBytes):
            self.init(kind: "passphrase", salt: salt, passes: passes, memoryBytes: memoryBytes)
        case .credential(let salt):
            self.init(kind: "credential", salt: salt, passes: nil, memoryBytes: nil)
        }
    }

    /// - Throws: `StoreError.newer` for a kind that this version does not know.
    func slotKind() throws -> KeySlot.Kind {
        switch (kind, passes, memoryBytes) {
        case ("passphrase", .some(let passes), .some(let memoryBytes)):
            .passphrase(salt: salt, passes: passes, memoryBytes: memoryBytes)
        case ("credential", .none, .none): .credential(salt: salt)
        case ("passphrase", _, _), ("credential", _, _): throw StoreError.corrupt
        default: throw StoreError.unknownKind
        }
    }
}
