import Sealing
import WarderModel

/// Where the values lie, as their own rows say. The store's way to one value goes through an index, and a damaged page of
/// that says nothing of the rows.
struct ValuePlaces {
    /// Values that lie in memory at a time.
    private static let slice = 16
    /// By secret and version. A row may say what another says as well: the one that opens is the one that is meant.
    private var positions: [RecordID: [UInt32: [Int64]]] = [:]
    private let store: any VaultStore

    /// Reads all rows that can be read, and keeps their places alone.
    init(in store: any VaultStore) throws(DeepCheck.Stop) {
        self.store = store
        try RowScan(slice: Self.slice, position: \.position, read: store.valueRows).run(
            unreadable: { _ throws(DeepCheck.Stop) in },
            body: { rows throws(DeepCheck.Stop) in
                for row in rows {
                    guard case .sealed = row.content, let secret = row.secret, let version = row.version else {
                        continue
                    }
                    positions[secret, default: [:]][version, default: []].append(row.position)
                }
            }
        )
    }

    /// What lies there for a version: one row, unless something is damaged.
    func sealed(_ secret: RecordID, _ version: UInt32) throws(DeepCheck.Stop) -> [SealedValue] {
        var found: [SealedValue] = []
        for position in positions[secret]?[version] ?? [] {
            do throws(StoreError) {
                guard let row = try store.valueRows(after: position - 1, limit: 1).first, row.secret == secret,
                    row.version == version, case .sealed(let value) = row.content
                else { continue }
                found.append(value)
            } catch .damaged { continue } catch { throw .store(error) }
        }
        return found
    }
}
