import Sealing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Kinds of damage that a disk or a person can do to a database.
enum RandomDamage: String, CaseIterable, Sendable {
    case flippedBit, truncatedBlob, swappedRows, swappedColumns, rowPutBack, deletedRow, doubledRow

    /// Damages rows in one place. `false` when that came to nothing.
    func strike(_ rows: inout Rows, _ fixture: DamageFixture, _ numbers: inout SeededNumbers) -> Bool {
        switch self {
        case .flippedBit: Self.flip(&rows, &numbers)
        case .truncatedBlob: Self.truncate(&rows, &numbers)
        case .swappedRows: Self.swapRows(&rows, &numbers)
        case .swappedColumns: Self.swapColumns(&rows, &numbers)
        case .rowPutBack: Self.putBack(&rows, fixture, &numbers)
        case .deletedRow: Self.delete(&rows, &numbers)
        case .doubledRow: Self.double(&rows, &numbers)
        }
    }

    private static func flip(_ rows: inout Rows, _ numbers: inout SeededNumbers) -> Bool {
        guard let place = rows.blobs.randomElement(using: &numbers), var bytes = place.read(rows),
            let index = bytes.indices.randomElement(using: &numbers)
        else { return false }
        bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &numbers)
        place.write(&rows, bytes)
        return true
    }

    private static func truncate(_ rows: inout Rows, _ numbers: inout SeededNumbers) -> Bool {
        guard let place = rows.blobs.randomElement(using: &numbers), let bytes = place.read(rows), !bytes.isEmpty else {
            return false
        }
        place.write(&rows, Array(bytes.prefix(.random(in: 0..<bytes.count, using: &numbers))))
        return true
    }

    private static func swapRows(_ rows: inout Rows, _ numbers: inout SeededNumbers) -> Bool {
        let columns: [[BlobPlace]] = [
            rows.records.indices.map { Rows.recordBlobs($0)[0] }, rows.records.indices.map { Rows.recordBlobs($0)[1] },
            rows.values.indices.map { Rows.valueBlobs($0)[1] }, rows.values.indices.map { Rows.valueBlobs($0)[2] },
            rows.log.indices.map { Rows.logBlobs($0)[0] }, rows.log.indices.map { Rows.logBlobs($0)[1] },
            rows.checkpoints.indices.map(Rows.noteBlob),
        ]
        guard let column = columns.randomElement(using: &numbers), let one = column.randomElement(using: &numbers),
            let other = column.randomElement(using: &numbers), let first = one.read(rows),
            let second = other.read(rows),
            first != second
        else { return false }
        one.write(&rows, second)
        other.write(&rows, first)
        return true
    }

    private static func swapColumns(_ rows: inout Rows, _ numbers: inout SeededNumbers) -> Bool {
        switch Int.random(in: 0..<4, using: &numbers) {
        case 0:
            let index = Int.random(in: rows.values.indices, using: &numbers)
            guard let value = rows.values[index].value else { return false }
            rows.values[index].value = SealedValue(
                epoch: value.epoch,
                wrappedKey: value.sealed,
                sealed: value.wrappedKey
            )
        case 1:
            let index = Int.random(in: rows.values.indices, using: &numbers)
            guard let value = rows.values[index].value, let version = rows.values[index].version,
                version != value.epoch
            else { return false }
            rows.values[index].version = value.epoch
            rows.values[index].value = SealedValue(
                epoch: version,
                wrappedKey: value.wrappedKey,
                sealed: value.sealed
            )
        case 2:
            let index = Int.random(in: rows.log.indices, using: &numbers)
            guard let leaf = rows.log[index].leafBytes, let content = rows.log[index].content else { return false }
            rows.log[index].leafBytes = content.sealed
            rows.log[index].content?.sealed = leaf
        default:
            let index = Int.random(in: rows.records.indices, using: &numbers)
            guard let revision = rows.records[index].revision, let epoch = rows.records[index].epoch,
                revision != UInt64(epoch)
            else { return false }
            rows.records[index].revision = UInt64(epoch)
            rows.records[index].epoch = UInt32(clamping: revision)
        }
        return true
    }

    /// In its old place, whatever lies there now.
    private static func putBack(
        _ rows: inout Rows,
        _ fixture: DamageFixture,
        _ numbers: inout SeededNumbers
    ) -> Bool {
        if Bool.random(using: &numbers) {
            guard let old = fixture.olderRecords.randomElement(using: &numbers) else { return false }
            rows.records.removeAll { $0.id == old.id || $0.position == old.position && Bool.random(using: &numbers) }
            var row = old
            if rows.records.contains(where: { $0.position == old.position }) {
                row.position = (rows.records.last?.position ?? 0) + 1
            }
            rows.records.append(row)
            rows.records.sort { $0.position < $1.position }
        } else {
            guard let old = fixture.olderValues.randomElement(using: &numbers),
                let index = rows.values.firstIndex(where: { $0.secret == old.secret && $0.version == old.version })
            else { return false }
            rows.values[index] = old
        }
        return true
    }

    private static func delete(_ rows: inout Rows, _ numbers: inout SeededNumbers) -> Bool {
        switch Int.random(in: 0..<8, using: &numbers) {
        case 0: rows.records.remove(at: .random(in: rows.records.indices, using: &numbers))
        case 1: rows.values.remove(at: .random(in: rows.values.indices, using: &numbers))
        case 2: rows.log[.random(in: rows.log.indices, using: &numbers)].leaf = .missing
        case 3: rows.log[.random(in: rows.log.indices, using: &numbers)].payload = .missing
        // The first and the last can go unseen.
        case 4: rows.inbox.remove(at: .random(in: 1..<rows.inbox.count - 1, using: &numbers))
        case 5: rows.keyChanges.remove(at: .random(in: rows.keyChanges.indices, using: &numbers))
        case 6:
            guard !rows.hashes.isEmpty else { return false }
            rows.hashes.remove(at: .random(in: rows.hashes.indices, using: &numbers))
        default: rows.slots.remove(at: .random(in: rows.slots.indices, using: &numbers))
        }
        return true
    }

    /// Under another id or number.
    private static func double(_ rows: inout Rows, _ numbers: inout SeededNumbers) -> Bool {
        let id = RecordID(high: numbers.next(), low: numbers.next())
        switch Int.random(in: 0..<8, using: &numbers) {
        case 0:
            guard var row = rows.records.randomElement(using: &numbers), let last = rows.records.last else {
                return false
            }
            row.position = last.position + 1
            row.id = id
            rows.records.append(row)
        case 1:
            guard var row = rows.values.randomElement(using: &numbers), let last = rows.values.last else {
                return false
            }
            row.position = last.position + 1
            row.version = .random(in: 5...9, using: &numbers)
            rows.values.append(row)
        case 2:
            guard var row = rows.values.randomElement(using: &numbers), let last = rows.values.last else {
                return false
            }
            row.position = last.position + 1
            row.secret = id
            rows.values.append(row)
        case 3:
            guard var row = rows.log.randomElement(using: &numbers), let last = rows.log.last else { return false }
            row.position = last.position + .random(in: 1...3, using: &numbers)
            rows.log.append(row)
        case 4:
            guard var row = rows.inbox.randomElement(using: &numbers), let last = rows.inbox.last else { return false }
            row.position = last.position + 1
            rows.inbox.append(row)
        case 5: rows.keyChanges += rows.keyChanges.suffix(1)
        case 6:
            guard !rows.hashes.isEmpty else { return false }
            rows.hashes += rows.hashes.suffix(1)
        default:
            guard let slot = rows.slots.first?.slot else { return false }
            let copy = KeySlot(id: id, kind: slot.kind, created: slot.created, wrapped: slot.wrapped)
            rows.slots.append(SlotRow(position: 99, slot: copy))
        }
        return true
    }
}
