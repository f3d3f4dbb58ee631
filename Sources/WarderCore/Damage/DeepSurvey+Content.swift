import Sealing
import WarderModel

/// What lies in the records and values, as far as later comparisons need it.
struct StoredContent {
    struct Record {
        var kind: RecordKind?
        var revision: UInt64?
        /// `nil` where it did not open.
        var noun: Noun?
    }

    /// Versions that have rows, by secret.
    struct Versions {
        var rows = RangeSet<UInt64>()
        var sealed = RangeSet<UInt64>()
    }

    var records: [RecordID: Record] = [:]
    var versions: [RecordID: Versions] = [:]
    var slots: Set<RecordID> = []
}

extension DeepSurvey {
    private static let recordSlice = 64
    private static let valueSlice = 16

    /// Reads all records and values. Opens values and reports what does not open the first time only.
    func readContent(isFirst: Bool = true) throws(DeepCheck.Stop) -> StoredContent {
        var content = StoredContent()
        try scan(
            .records,
            slice: Self.recordSlice,
            isCounted: isFirst,
            position: \.position,
            read: store.recordRows,
            body: { row throws(DeepCheck.Stop) in try take(row, isFirst: isFirst, &content) }
        )
        try scan(
            .values,
            slice: Self.valueSlice,
            isCounted: isFirst,
            position: \.position,
            read: store.valueRows,
            body: { row throws(DeepCheck.Stop) in try take(row, isFirst: isFirst, &content) }
        )
        content.slots = try readSlots(isFirst: isFirst)
        return content
    }

    private func take(_ row: RecordRow, isFirst: Bool, _ content: inout StoredContent) throws(DeepCheck.Stop) {
        var record = StoredContent.Record(kind: row.knownKind, revision: row.revision)
        do throws(RecordFault) {
            let open = try row.opened(with: ring)
            record.noun = open.noun
            if isFirst { good.records[open.noun.kind, default: 0] += 1 }
        } catch .exhausted {
            throw .exhausted
        } catch { if isFirst { report(error, of: row) } }
        if let id = row.id { content.records[id] = record }
    }

    private func report(_ fault: RecordFault, of row: RecordRow) {
        let kind: Damage.Kind =
            switch fault {
            case .shapeless: .recordShapeless
            case .malformed: .recordMalformed
            case .newer: .recordNewer
            case .unreadable, .unknownKey, .exhausted: .recordUnreadable
            }
        let trace = row.id.flatMap { ledger.records[$0] }
        list.add(kind, .record(row.knownKind ?? trace?.kind, row.id), name: trace?.name)
        if fault == .unknownKey { list.add(.keyMissing, .key(.metadata)) }
    }

    private func take(_ row: ValueRow, isFirst: Bool, _ content: inout StoredContent) throws(DeepCheck.Stop) {
        guard let secret = row.secret, let version = row.version, version > 0 else {
            if isFirst { list.add(.valueUnreadable, .value(secret: row.secret, version: row.version)) }
            return
        }
        let place = UInt64(version)..<UInt64(version) + 1
        content.versions[secret, default: StoredContent.Versions()].rows.insert(contentsOf: place)
        switch row.content {
        case .destroyed:
            if isFirst { good.destroyed += 1 }
            return
        case .malformed: if isFirst { reportUnreadable(secret, version, content) }
        case .sealed(let value):
            if isFirst { try open(value, of: secret, version, content) }
        }
        content.versions[secret, default: StoredContent.Versions()].sealed.insert(contentsOf: place)
    }

    private func open(
        _ value: SealedValue,
        of secret: RecordID,
        _ version: UInt32,
        _ content: StoredContent
    ) throws(DeepCheck.Stop) {
        let fields: SecretFields
        do throws(SealingError) {
            fields = try ring.open(value, secret: secret, version: version)
        } catch .exhausted {
            throw .exhausted
        } catch {
            if case .unknownEpoch = error { list.add(.keyMissing, .key(.keyEncryption)) }
            return reportUnreadable(secret, version, content)
        }
        if case .secret(let noun)? = content.records[secret]?.noun, let known = noun.version(version),
            known.fields.sorted() != fields.values.keys.sorted()
        {
            return list.add(.valueFieldsWrong, .value(secret: secret, version: version), name: noun.name.text)
        }
        good.values += 1
    }

    private func reportUnreadable(_ secret: RecordID, _ version: UInt32, _ content: StoredContent) {
        let name = content.records[secret]?.noun?.name ?? ledger.records[secret]?.name
        list.add(.valueUnreadable, .value(secret: secret, version: version), name: name)
    }
}
