import Alerting
import HashTreeCollections
import Rotating
import Sealing
import WarderModel

/// Builds the state from the stored records.
///
/// One that cannot be trusted is left out, and the state says so (`VaultState.lost`): one damaged row must not take the
/// whole vault away.
enum StateLoader {
    /// Rows that lie in memory at a time.
    private static let slice = 64

    /// - Throws: `memoryNotLocked` when memory runs out, `auditUnavailable` or `databaseDamaged` when the store cannot
    ///   answer, `valueDamaged` for a record of a later version: it may restrict what others allow.
    static func load(from store: any VaultStore, with ring: KeyRing, profile: Profile) throws(Refusal) -> VaultState {
        var lost = LostRecords()
        var records = try open(store, ring, &lost)
        setStaleAside(&records, try newestVersions(store), &lost)
        setContestedAside(&records, &lost)
        var state = VaultState(profile: profile)
        for record in records { state.adopt(record) }
        noteMissing(records, &lost)
        if !lost.isEmpty { lost.hear(try account(of: store, ring)) { state.revisions[$0] != nil } }
        state.lost = lost
        return state
    }

    private static func account(of store: any VaultStore, _ ring: KeyRing) throws(Refusal) -> LogAccount {
        do throws(DeepCheck.Stop) { return try LogAccount(of: store, with: ring) } catch { throw Refusal(error) }
    }

    private static func open(
        _ store: any VaultStore,
        _ ring: KeyRing,
        _ lost: inout LostRecords
    ) throws(Refusal) -> [OpenRecord] {
        var records: [OpenRecord] = []
        var isNewer = false
        var count = 0
        do throws(DeepCheck.Stop) {
            try RowScan(slice: slice, position: \.position, read: store.recordRows).run(
                unreadable: { _ throws(DeepCheck.Stop) in
                    lost.insert(LostRecords.Entry(reason: .damaged, kind: nil, id: nil, name: nil))
                },
                body: { rows throws(DeepCheck.Stop) in
                    count += rows.count
                    for row in rows {
                        do throws(RecordFault) {
                            records.append(try row.opened(with: ring))
                        } catch .exhausted {
                            throw .exhausted
                        } catch .newer {
                            isNewer = true
                        } catch {
                            lost.insert(
                                LostRecords.Entry(
                                    reason: .damaged,
                                    kind: row.trueKind(with: ring),
                                    id: row.id,
                                    name: nil
                                )
                            )
                        }
                    }
                }
            )
        } catch { throw Refusal(error) }
        guard !isNewer else { throw .valueDamaged }
        // A damaged page can have fewer rows than it had, and look whole.
        if lost.isEmpty, try !hasNoMore(than: count, store) {
            lost.insert(LostRecords.Entry(reason: .damaged, kind: nil, id: nil, name: nil))
        }
        return records
    }

    private static func hasNoMore(than count: Int, _ store: any VaultStore) throws(Refusal) -> Bool {
        do throws(StoreError) { return try store.recordCount() <= count } catch .damaged { return false } catch {
            throw Refusal(error)
        }
    }

    private static func newestVersions(_ store: any VaultStore) throws(Refusal) -> [RecordID: UInt32] {
        do throws(StoreError) { return try store.newestVersions() } catch .damaged {
            return try scannedVersions(store)
        } catch { throw Refusal(error) }
    }

    /// The same from the rows that can be read, where the store's own way to them is damaged.
    private static func scannedVersions(_ store: any VaultStore) throws(Refusal) -> [RecordID: UInt32] {
        var newest: [RecordID: UInt32] = [:]
        do throws(DeepCheck.Stop) {
            try RowScan(slice: slice, position: \.position, read: store.valueRows).run(
                unreadable: { _ throws(DeepCheck.Stop) in },
                body: { rows throws(DeepCheck.Stop) in
                    for row in rows {
                        if let secret = row.secret { newest[secret] = max(newest[secret] ?? 0, row.version ?? .max) }
                    }
                }
            )
        } catch { throw Refusal(error) }
        return newest
    }

    /// A secret that was rotated and then put back would answer with what was rotated away.
    private static func setStaleAside(
        _ records: inout [OpenRecord],
        _ newest: [RecordID: UInt32],
        _ lost: inout LostRecords
    ) {
        records.removeAll { record in
            guard case .secret(let secret) = record.noun, let newest = newest[secret.id],
                newest >= secret.nextNumber
            else { return false }
            lost.insert(record.noun, .stale)
            return true
        }
    }

    /// A record that was removed and put back, beside the one that took its name.
    private static func setContestedAside(_ records: inout [OpenRecord], _ lost: inout LostRecords) {
        var counts: [NounKey: Int] = [:]
        for record in records { for key in record.noun.keys { counts[key, default: 0] += 1 } }
        guard counts.values.contains(where: { $0 > 1 }) || !lost.isEmpty else { return }
        records.removeAll { record in
            let isContested = record.noun.keys.contains { counts[$0, default: 0] > 1 || lost.contains($0) }
            if isContested { lost.insert(record.noun, .contested) }
            return isContested
        }
    }

    private static func noteMissing(_ records: [OpenRecord], _ lost: inout LostRecords) {
        let present = Set(records.flatMap(\.noun.keys))
        for record in records {
            for reference in record.noun.references where !present.contains(reference) {
                lost.insert(missing: reference)
            }
        }
    }
}

extension VaultState {
    fileprivate mutating func adopt(_ record: OpenRecord) {
        revisions[record.noun.id] = record.revision
        switch record.noun {
        case .secret(let secret): secrets[secret.name] = secret
        case .server(let server): servers[server.name] = server
        case .tool(let tool): tools[tool.name] = tool
        case .grant(let grant): grants[GrantKey(tool: grant.tool, secret: grant.secret)] = grant
        case .person(let person): operators[person.uid] = person
        case .origin(let origin): origins[origin.number] = origin
        case .rotation(let rotation): rotations[rotation.secret] = rotation
        case .consumer(let consumer): consumers[consumer.secret, default: [:]][consumer.server] = consumer
        case .approval(let approval): approvals[approval.name] = approval
        case .approvalRule(let rule): approvalRules[rule.scope] = rule
        case .standingApproval(let standing): standingApprovals[standing.id] = standing
        case .retention(let mark): prunedLog = PrunedLog(mark)
        case .limit(let limit): limits[limit.scope] = limit
        case .definition(let definition): definitions[definition.tool] = definition
        case .alert(let alert):
            alerts[alert.id] = alert
            if alert.isOpen { openAlerts[alert.key] = alert.id }
        case .watch(let policy): policies[policy.rule] = policy
        case .habit(let habit): habits[habit.server] = habit
        }
    }
}
