import WarderModel

/// Holds the rows against each other and against the log.
extension DeepSurvey {
    /// What does not fit, if nothing changed while it was read.
    func compare(_ content: StoredContent) -> Set<Damage> {
        var found: Set<Damage> = []
        compareWithLog(content, &found)
        compareNames(content, &found)
        compareSlots(content, &found)
        for secret in Set(content.records.keys).union(content.versions.keys).union(ledger.versions.keys) {
            compareVersions(of: secret, content, &found)
        }
        return found
    }

    // MARK: Records

    private func compareWithLog(_ content: StoredContent, _ found: inout Set<Damage>) {
        for (id, record) in content.records {
            let trace = ledger.records[id]
            guard let fault = Self.fault(of: record, trace) else { continue }
            found.insert(
                Damage(fault, .record(trace?.kind ?? record.kind, id), name: record.noun?.name ?? trace?.name)
            )
        }
        for (id, trace) in ledger.records where trace.revision != nil && content.records[id] == nil {
            let kind: Damage.Kind = unreadable.contains(.records) ? .recordUnreadable : .recordDeleted
            found.insert(Damage(kind, .record(trace.kind, id), name: trace.name))
        }
    }

    private static func fault(of record: StoredContent.Record, _ trace: LogLedger.Trace?) -> Damage.Kind? {
        guard let trace else { return .recordUnlogged }
        guard let logged = trace.revision else { return .recordRevived }
        guard let revision = record.revision, revision != logged else { return nil }
        return revision < logged ? .recordPutBack : .recordAheadOfLog
    }

    private func compareNames(_ content: StoredContent, _ found: inout Set<Damage>) {
        var owners: [NounKey: Int] = [:]
        for noun in content.records.values.compactMap(\.noun) {
            for key in noun.keys { owners[key, default: 0] += 1 }
        }
        for noun in content.records.values.compactMap(\.noun) {
            let subject = Damage.Subject.record(noun.kind, noun.id)
            if noun.keys.contains(where: { owners[$0, default: 0] > 1 }) {
                found.insert(Damage(.recordContested, subject, name: noun.name))
            }
            if noun.references.contains(where: { owners[$0] == nil }) {
                found.insert(Damage(.referenceBroken, subject, name: noun.name))
            }
        }
    }

    // MARK: Slots

    private func compareSlots(_ content: StoredContent, _ found: inout Set<Damage>) {
        for id in content.slots where ledger.slots[id] != true {
            found.insert(Damage(ledger.slots[id] == nil ? .slotUnlogged : .slotRevived, .slot(id)))
        }
        for (id, isThere) in ledger.slots where isThere && !content.slots.contains(id) {
            found.insert(Damage(.slotDeleted, .slot(id)))
        }
    }

    // MARK: Versions

    private func compareVersions(of id: RecordID, _ content: StoredContent, _ found: inout Set<Damage>) {
        let record = content.records[id]
        let rows = content.versions[id] ?? StoredContent.Versions()
        let logged = ledger.versions[id] ?? LogLedger.Versions()
        let name = record?.noun?.name ?? ledger.records[id]?.name
        let missing: Damage.Kind = unreadable.contains(.values) ? .valueUnreadable : .valueMissing
        func add(_ kind: Damage.Kind, _ versions: RangeSet<UInt64>) {
            for number in versions.ranges.lazy.joined().prefix(DamageList.listed) {
                let subject = Damage.Subject.value(secret: id, version: UInt32(clamping: number))
                found.insert(Damage(kind, subject, name: name))
            }
        }
        guard case .secret(let secret)? = record?.noun else {
            // Without the secret's own word there is the log's.
            guard record != nil || !rows.rows.isEmpty else { return }
            let known = Self.numbers(through: UInt64(logged.newest))
            add(.valueOrphaned, record == nil || logged.newest == 0 ? rows.rows : rows.rows.subtracting(known))
            add(.valueRevived, rows.sealed.intersection(logged.destroyed))
            add(missing, known.subtracting(logged.destroyed).subtracting(rows.sealed))
            add(.tombstoneMissing, known.intersection(logged.destroyed).subtracting(rows.rows))
            return
        }
        let known = Self.numbers(through: UInt64(secret.nextNumber) - 1)
        var live = RangeSet<UInt64>()
        for version in secret.versions where version.state != .destroyed {
            live.insert(contentsOf: UInt64(version.number)..<UInt64(version.number) + 1)
        }
        add(.valueOrphaned, rows.rows.subtracting(known))
        add(missing, live.subtracting(rows.sealed))
        add(.tombstoneMissing, known.subtracting(live).subtracting(rows.rows))
        add(
            .valueRevived,
            rows.sealed.intersection(known).subtracting(live).union(rows.sealed.intersection(logged.destroyed))
        )
    }

    private static func numbers(through last: UInt64) -> RangeSet<UInt64> { RangeSet(1..<last + 1) }
}
