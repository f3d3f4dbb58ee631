import Sealing
package import WarderModel

/// Seals what lies under keys before the newest anew, a few rows at a time, while the vault is at work. Each step is a
/// transaction of its own: wherever it ends, the next one goes on from there.
///
/// Nothing that is sealed changes, so that a step is no event; the end of it all is one.
package struct Rewrapping: Sendable {
    package enum Step: Sendable, Equatable {
        /// There may be more.
        case progressed
        /// Nothing is left that can be sealed anew.
        case done
    }

    /// The keys that rows are sealed anew under.
    private struct Epochs: Equatable {
        let metadata: UInt32
        let keyEncryption: UInt32
    }

    private var epochs: Epochs?
    /// The last rows that were looked at. Those before them that do not open are left as they are, and their keys with
    /// them.
    private var lastRecord = Int64.min
    private var lastValue = Int64.min

    package init() {}

    /// Seals at most `limit` rows anew; with nothing left, ends the rotation.
    fileprivate mutating func step(_ transaction: inout Transaction, limit: Int) throws(Refusal) -> Step {
        let newest = try Self.newest(of: transaction.keys.ring)
        // Another rotation began meanwhile: what was sealed anew is old again.
        if newest != epochs { (epochs, lastRecord, lastValue) = (newest, .min, .min) }
        let records = try records(&transaction, before: newest.metadata, limit: limit)
        let values =
            records < limit
            ? try values(&transaction, before: newest.keyEncryption, limit: limit - records) : 0
        guard records + values > 0 else {
            try finish(&transaction)
            return .done
        }
        return .progressed
    }

    private static func newest(of ring: KeyRing) throws(Refusal) -> Epochs {
        do throws(SealingError) {
            return Epochs(
                metadata: try ring.current(.metadata).epoch,
                keyEncryption: try ring.current(.keyEncryption).epoch
            )
        } catch { throw Refusal(error) }
    }

    /// Looks at the next records; how many there were.
    private mutating func records(
        _ transaction: inout Transaction,
        before epoch: UInt32,
        limit: Int
    ) throws(Refusal) -> Int {
        let ring = transaction.keys.ring
        let rows: [RecordRow]
        do throws(StoreError) {
            rows = try transaction.store.recordRows(before: epoch, after: lastRecord, limit: limit)
        } catch { throw Refusal(error) }
        for row in rows {
            lastRecord = row.position
            guard let record = row.record else { continue }
            do throws(SealingError) {
                transaction.reseal(try ring.reseal(record))
            } catch {
                guard error != .exhausted else { throw .memoryNotLocked }
            }
        }
        return rows.count
    }

    private mutating func values(
        _ transaction: inout Transaction,
        before epoch: UInt32,
        limit: Int
    ) throws(Refusal) -> Int {
        let ring = transaction.keys.ring
        let rows: [ValueRow]
        do throws(StoreError) {
            rows = try transaction.store.valueRows(before: epoch, after: lastValue, limit: limit)
        } catch { throw Refusal(error) }
        for row in rows {
            lastValue = row.position
            guard let secret = row.secret, let version = row.version, case .sealed(let value) = row.content else {
                continue
            }
            do throws(SealingError) {
                let place = Batch.Place(secret: secret, version: version)
                transaction.rewrap(try ring.rewrap(value, secret: secret, version: version), at: place)
            } catch {
                guard error != .exhausted else { throw .memoryNotLocked }
            }
        }
        return rows.count
    }

    /// Writes down that nothing is left, and lets go of the old keys but for those that damaged rows still lie under.
    private func finish(_ transaction: inout Transaction) throws(Refusal) {
        let damaged = try transaction.rowsUnderOldKeys()
        var event = Event(action: .keyRewrap, time: transaction.now.wall, actor: .vault)
        if damaged.count > 0 {
            event.decision = .refused
            event.reason = .valueDamaged
            event.changes = ["damaged=\(damaged.count)"]
        }
        let ring: KeyRing
        do {
            ring = try transaction.keys.ring.dropping(oldEpochsOf: Keys.rewrapped, but: damaged.epochs)
        } catch { throw Refusal(error) }
        try transaction.replace(ring: ring)
        transaction.state.rowsUnderOldKeys = damaged.count
        transaction.state.rotationStandsStill = damaged.count > 0
        transaction.record(event)
    }
}

extension RecordRow {
    /// `nil` for a row that no record can be.
    fileprivate var record: SealedRecord? {
        guard let id, let kind = knownKind, let revision, let epoch else { return nil }
        return SealedRecord(kind: kind, id: id, revision: revision, epoch: epoch, sealed: sealed)
    }
}

extension Vault {
    /// Whether a rotation of keys has something left to seal anew. While one stands still the store is asked: a damaged
    /// row that was destroyed or removed holds nothing up any more.
    package var isRewrappingDue: Bool {
        guard let ring = keys?.ring, let state, ring.hasOldEpochs(of: Keys.rewrapped) else { return false }
        guard state.rotationStandsStill else { return true }
        guard let left = try? store.rowsUnderOldKeys(of: ring) else { return false }
        return left.count != state.rowsUnderOldKeys
    }

    /// Does one step of what a rotation of keys left to do. Nothing to do is no error.
    ///
    /// - Throws: `sealed`, `memoryNotLocked`, `auditUnavailable` when the store cannot be read or written.
    package func rewrap(
        _ rewrapping: Rewrapping,
        limit: Int = 256
    ) async throws(Refusal) -> (Rewrapping, Rewrapping.Step) {
        let outcome: Result<(Rewrapping, Rewrapping.Step), Refusal> = await withCheckedContinuation { continuation in
            alone { (open: inout Open) throws(Refusal) in
                var rewrapping = rewrapping
                guard open.keys.ring.hasOldEpochs(of: Keys.rewrapped) else { return (rewrapping, .done) }
                let step = try self.commitAlone(&open) { transaction throws(Refusal) in
                    try rewrapping.step(&transaction, limit: limit)
                }
                return (rewrapping, step)
            } completion: {
                continuation.resume(returning: $0)
            }
        }
        return try outcome.get()
    }
}
