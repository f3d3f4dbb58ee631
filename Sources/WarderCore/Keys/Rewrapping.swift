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
        /// Nothing is left to do.
        case done
    }

    /// Rows that did not open: they are left as they are, and their keys with them.
    private var damagedRecords = 0
    private var damagedValues = 0

    package init() {}

    private var damaged: Int { damagedRecords + damagedValues }

    /// Seals at most `limit` rows anew; with nothing left, ends the rotation.
    fileprivate mutating func step(_ transaction: inout Transaction, limit: Int) throws(Refusal) -> Step {
        let done = try records(&transaction, limit: limit)
        let rows = done < limit ? try values(&transaction, limit: limit - done) + done : done
        if rows == 0 {
            try finish(&transaction)
            return .done
        }
        transaction.state.rowsUnderOldKeys = max(0, transaction.state.rowsUnderOldKeys - rows)
        return .progressed
    }

    private mutating func records(_ transaction: inout Transaction, limit: Int) throws(Refusal) -> Int {
        let ring = transaction.keys.ring
        let records: [SealedRecord]
        do {
            let epoch = try ring.current(.metadata).epoch
            records = try transaction.store.records(before: epoch, limit: limit, skipping: damagedRecords)
        } catch { throw Refusal(error) }
        for record in records {
            do throws(SealingError) { transaction.reseal(try ring.reseal(record)) } catch {
                guard error != .exhausted else { throw .memoryNotLocked }
                damagedRecords += 1
            }
        }
        return records.count
    }

    private mutating func values(_ transaction: inout Transaction, limit: Int) throws(Refusal) -> Int {
        let ring = transaction.keys.ring
        let values: [(place: Batch.Place, value: SealedValue)]
        do {
            let epoch = try ring.current(.keyEncryption).epoch
            values = try transaction.store.values(before: epoch, limit: limit, skipping: damagedValues)
        } catch { throw Refusal(error) }
        for (place, value) in values {
            do throws(SealingError) {
                transaction.rewrap(try ring.rewrap(value, secret: place.secret, version: place.version), at: place)
            } catch {
                guard error != .exhausted else { throw .memoryNotLocked }
                damagedValues += 1
            }
        }
        return values.count
    }

    /// Writes down that nothing is left, and lets go of the old keys unless damaged rows still lie under them.
    private func finish(_ transaction: inout Transaction) throws(Refusal) {
        var event = Event(action: .keyRewrap, time: transaction.now.wall, actor: .vault)
        if damaged > 0 {
            event.decision = .refused
            event.reason = .valueDamaged
            event.changes = ["damaged=\(damaged)"]
        } else {
            let ring: KeyRing
            do { ring = try transaction.keys.ring.dropping(oldEpochsOf: Keys.rewrapped) } catch { throw Refusal(error) }
            try transaction.replace(ring: ring)
        }
        transaction.state.rowsUnderOldKeys = damaged
        transaction.record(event)
    }
}

extension Vault {
    /// The newest epoch, while something may lie under an earlier one; `nil` when there is nothing to do, or sealed.
    package var rewrappingEpoch: UInt32? {
        guard let ring = keys?.ring, ring.hasOldEpochs(of: Keys.rewrapped) else { return nil }
        return try? ring.current(.keyEncryption).epoch
    }

    /// Does one step of what a rotation of keys left to do. Nothing to do is no error.
    ///
    /// - Throws: `sealed`, `auditUnavailable`, `valueDamaged` when the store cannot be read.
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
