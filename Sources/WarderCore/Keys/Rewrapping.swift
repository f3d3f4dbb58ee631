import Sealing
package import WarderModel

/// Seals what lies under keys before the newest anew, a few rows at a time, while the vault is at work. Each step is a
/// transaction of its own: wherever it ends, the next one goes on from there.
///
/// Nothing that is sealed changes, so that a step is no event; the end of it all is one.
package struct Rewrapping: Sendable, Equatable {
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
    /// Whether there was something that the store cannot read. From there on all rows are looked at one by one: a question
    /// for old ones alone would come upon it again each time.
    private var hasUnreadable = false

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
        let (ring, store) = (transaction.keys.ring, transaction.store)
        let all = RowScan<RecordRow>(slice: limit, position: \.position, read: store.recordRows)
        let (rows, last) = try next(limit, behind: lastRecord, of: all) { after, limit throws(StoreError) in
            try store.recordRows(before: epoch, after: after, limit: limit)
        }
        lastRecord = last
        for row in rows {
            guard let record = row.record, record.epoch < epoch else { continue }
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
        let (ring, store) = (transaction.keys.ring, transaction.store)
        let all = RowScan<ValueRow>(slice: limit, position: \.position, read: store.valueRows)
        let (rows, last) = try next(limit, behind: lastValue, of: all) { after, limit throws(StoreError) in
            try store.valueRows(before: epoch, after: after, limit: limit)
        }
        lastValue = last
        for row in rows {
            guard let secret = row.secret, let version = row.version, case .sealed(let value) = row.content,
                value.epoch < epoch
            else { continue }
            do throws(SealingError) {
                let place = Batch.Place(secret: secret, version: version)
                transaction.rewrap(try ring.rewrap(value, secret: secret, version: version), at: place)
            } catch {
                guard error != .exhausted else { throw .memoryNotLocked }
            }
        }
        return rows.count
    }

    /// The next rows behind a position, new ones among them where not all can be read, and the last position that was
    /// come to. What cannot be read is stepped over.
    private mutating func next<Row>(
        _ limit: Int,
        behind last: Int64,
        of all: RowScan<Row>,
        old: (Int64, Int) throws(StoreError) -> [Row]
    ) throws(Refusal) -> (rows: [Row], last: Int64) {
        if !hasUnreadable {
            do throws(StoreError) {
                let rows = try old(last, limit)
                return (rows, rows.last.map(all.position) ?? last)
            } catch .damaged { hasUnreadable = true } catch { throw Refusal(error) }
        }
        var found: [Row] = []
        do throws(DeepCheck.Stop) {
            try all.run(
                after: last,
                unreadable: { _ throws(DeepCheck.Stop) in },
                body: { rows throws(DeepCheck.Stop) in
                    found += rows
                    guard found.count < limit else { throw .cancelled }
                }
            )
        } catch .cancelled {
            return (found, found.last.map(all.position) ?? last)
        } catch { throw Refusal(error) }
        // Nothing more is there that can be read.
        return (found, .max)
    }

    /// Writes down that nothing is left, and lets go of the old keys but for those that damaged rows still lie under. Where
    /// something cannot be read at all, every old key stays.
    private func finish(_ transaction: inout Transaction) throws(Refusal) {
        let damaged = try transaction.rowsUnderOldKeys()
        var event = Event(action: .keyRewrap, time: transaction.now.wall, actor: .vault)
        if damaged.count > 0 {
            event.decision = .refused
            event.reason = .valueDamaged
            event.changes = ["damaged=\(damaged.count)"]
        }
        if !damaged.hasUnreadable {
            let ring: KeyRing
            do {
                ring = try transaction.keys.ring.dropping(oldEpochsOf: Keys.rewrapped, but: damaged.epochs)
            } catch { throw Refusal(error) }
            try transaction.replace(ring: ring)
        }
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
                guard open.keys.ring.hasOldEpochs(of: Keys.rewrapped) else { return (rewrapping, .done) }
                var next = rewrapping
                do throws(Refusal) {
                    let step = try self.step(&next, &open, limit: limit)
                    return (next, step)
                } catch .databaseDamaged {
                    // A row can grow into the page beside its own, and that one may be damaged. So one by one, and past
                    // the row that cannot be written.
                    next = rewrapping
                    do throws(Refusal) {
                        let step = try self.step(&next, &open, limit: 1)
                        return (next, step)
                    } catch .databaseDamaged where next != rewrapping { return (next, .progressed) }
                }
            } completion: {
                continuation.resume(returning: $0)
            }
        }
        return try outcome.get()
    }

    private func step(
        _ rewrapping: inout Rewrapping,
        _ open: inout Open,
        limit: Int
    ) throws(Refusal) -> Rewrapping.Step {
        try commitAlone(&open) { transaction throws(Refusal) in try rewrapping.step(&transaction, limit: limit) }
    }
}

/// When to ask again for rows that a rotation could not seal anew, because the answer takes a look at two tables: after
/// something was written, which may have been one of them, and each minute, in case a repaired disk brought one back.
package struct StandstillWatch: Sendable {
    /// Milliseconds.
    private static let patience: Int64 = 60_000
    private var lastLook: (at: Int64, writes: UInt64)?

    package init() {}

    package mutating func isRewrappingDue(in vault: Vault) -> Bool {
        if let state = vault.state, state.rotationStandsStill {
            let now = vault.clock.now().uptime
            if let lastLook, lastLook.writes == state.writes, now - lastLook.at < Self.patience { return false }
            lastLook = (now, state.writes)
        }
        return vault.isRewrappingDue
    }
}
