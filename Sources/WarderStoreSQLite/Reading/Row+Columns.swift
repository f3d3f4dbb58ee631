import GRDB
import Sealing
import WarderCore
import WarderModel

// The library's subscripts end the process when a column holds something unexpected, as it can in a damaged file;
// these throw.
extension Row {
    func bytes(_ index: Int) throws -> [UInt8] {
        try withUnsafeData(atIndex: index) { data in
            guard let data else { throw StoreError.corrupt }
            return Array(data)
        }
    }

    func id(_ index: Int) throws -> RecordID {
        guard let id = RecordID(bytes: try bytes(index)) else { throw StoreError.corrupt }
        return id
    }

    func number(_ index: Int) throws -> UInt64 {
        guard let number = UInt64(exactly: try decode(Int64.self, atIndex: index)) else { throw StoreError.corrupt }
        return number
    }

    func word(_ index: Int) throws -> UInt32 {
        guard let word = UInt32(exactly: try decode(Int64.self, atIndex: index)) else { throw StoreError.corrupt }
        return word
    }

    func time(_ index: Int) throws -> Timestamp { Timestamp(milliseconds: try decode(Int64.self, atIndex: index)) }
}

extension SealedRecord {
    /// - Parameter row: kind, id, revision, epoch, sealed.
    /// - Throws: `StoreError.newer` for a kind that this version does not know, `.damaged` for what no record can be.
    init(_ row: Row) throws {
        guard let kind = RecordKind(rawValue: try row.decode(String.self, atIndex: 0)) else {
            throw StoreError.unknownKind
        }
        self.init(
            kind: kind,
            id: try row.id(1),
            revision: try row.number(2),
            epoch: try row.word(3),
            sealed: try row.bytes(4)
        )
    }
}

extension SealedEvent {
    /// A column that holds something else than it should is left empty: the event does not open then, and has its
    /// place among the others nevertheless.
    ///
    /// - Parameter row: number, time, leaf, epoch, sealed.
    /// - Throws: `StoreError.damaged` for a number that no event can have.
    init(_ row: Row) throws {
        let sequence = try row.number(0)
        let leaf = (try? row.bytes(2)) ?? []
        guard let time = try? row.time(1), let epoch = try? row.word(3), let sealed = try? row.bytes(4) else {
            self.init(sequence: sequence, time: Timestamp(milliseconds: 0), leaf: leaf, epoch: 0, sealed: [])
            return
        }
        self.init(sequence: sequence, time: time, leaf: leaf, epoch: epoch, sealed: sealed)
    }
}

extension StoreError {
    /// A kind that a later version must have brought, in a schema that it did not need to change.
    static var unknownKind: StoreError { .newer(found: Schema.newest + 1, known: Schema.newest) }
}
