import Locking
import Sealing

/// Sealed values that were asked for lately, so that the hot path reads memory instead of the database. What lies here
/// is ciphertext.
///
/// Versions are immutable, so that nothing here goes stale; destroyed ones are dropped.
final class ValueCache: Sendable {
    private struct Contents {
        var values: [Batch.Place: SealedValue] = [:]
        var bytes = 0
    }

    private let store: any VaultStore
    private let maximumBytes: Int
    private let contents = Locked(Contents())

    init(store: any VaultStore, maximumBytes: Int = 16 << 20) {
        self.store = store
        self.maximumBytes = maximumBytes
    }

    /// - Throws: `StoreError` when the store has to be asked and cannot answer.
    func value(at place: Batch.Place) throws(StoreError) -> SealedValue? {
        if let value = contents.withLock({ $0.values[place] }) { return value }
        guard let value = try store.value(of: place.secret, version: place.version) else { return nil }
        contents.withLock { contents in
            if contents.bytes + value.sealed.count > maximumBytes { contents = Contents() }
            contents.values[place] = value
            contents.bytes += value.sealed.count
        }
        return value
    }

    func remove(_ place: Batch.Place) {
        contents.withLock { contents in
            if let value = contents.values.removeValue(forKey: place) { contents.bytes -= value.sealed.count }
        }
    }
}
