import Alerting
import HashTreeCollections
import Rotating
import Sealing
package import WarderModel

/// What one commit will make true: a working copy of the state, the sealed changes, and the events that say so.
///
/// Lives on the writer's thread. A command that fails leaves nothing behind but its refusal.
package struct Transaction {
    package internal(set) var state: VaultState
    package internal(set) var batch = Batch()
    package let now: Moment
    package internal(set) var keys: OpenKeys
    package internal(set) var foundation: Foundation
    let store: any VaultStore
    /// What servers have left of their limits; what is taken stays taken, whatever becomes of the transaction.
    let rates: RateLedger
    private let values: ValueCache
    private(set) var proofs: PresenceProofs
    private var sequence: UInt64
    private var touchedRotations = RotationBell.Change.secrets([])
    /// What servers have to hear of.
    private(set) var changes = ChangeSet()
    /// Approvals whose servers may wait for what was said.
    private(set) var touchedApprovals: Set<ApprovalID> = []
    /// The events, for the rules.
    private(set) var recorded: [(sequence: UInt64, event: Event)] = []
    private(set) var setsPolicies = false
    /// Set by a command whose refusal is counted, and has no event of its own.
    var isOnlyCounted = false
    /// Set by a command whose answer has no event of its own: the number of the event that says the same.
    var saidBefore: UInt64?
    /// What a command of several parts says of the one that was refused: its event is the only one that is left.
    var refusedPart: [String] = []

    init(_ open: Vault.Open, store: any VaultStore, presence: PresenceLedger, now: Moment, rates: RateLedger) {
        state = open.state
        keys = open.keys
        foundation = open.foundation
        values = open.values
        sequence = open.sequence
        self.store = store
        self.rates = rates
        proofs = PresenceProofs(presence)
        self.now = now
    }

    /// Number of the newest event, this transaction's included.
    var lastSequence: UInt64 { sequence }

    /// Secrets whose rotation may have something else to do now, or at another time.
    var rotationsToWake: RotationBell.Change {
        var all = touchedRotations
        // One that waits for its servers waits for others now.
        for access in changes.accesses where state.rotations[access.secret]?.isUnderWay == true {
            all.add(access.secret)
        }
        return all
    }

    // MARK: Deciding

    /// The one place where a command is allowed or refused, done, and written down.
    mutating func decide<Answer>(_ command: Command<Answer>) -> Result<Answer, Refusal> {
        // Before anybody is authorised: a refused operator stands in the log by name.
        var event = Event(action: command.action, time: now.wall, actor: Policy.actor(command.caller, in: state))
        event.requestID = command.caller.requestID
        event.traceID = command.caller.traceID
        event.launch = command.caller.peer?.launch?.id
        command.describe(&event)
        let described = event.changes
        let outcome: Result<Answer, Refusal>
        let before = (state: state, keys: keys, foundation: foundation, sequence: sequence, changes: changes)
        let noted = (
            events: recorded.count, approvals: touchedApprovals, rotations: touchedRotations, policies: setsPolicies
        )
        let savepoint = Savepoint(batch)
        isOnlyCounted = false
        saidBefore = nil
        refusedPart = []
        do throws(Refusal) {
            try Policy.authorise(command.action, command.caller, in: state, proofs: &proofs, at: now)
            outcome = .success(try command.perform(&self, &event))
            if let saidBefore {
                // The rules count it all the same.
                recorded.append((saidBefore, event))
                return outcome
            }
        } catch {
            // A proof that was used stays used.
            (state, keys, foundation, sequence) = (before.state, before.keys, before.foundation, before.sequence)
            changes = before.changes
            // Neither the rules nor those who wait hear of what did not happen.
            recorded.removeSubrange(noted.events...)
            (touchedApprovals, touchedRotations, setsPolicies) = (noted.approvals, noted.rotations, noted.policies)
            savepoint.restore(&batch)
            if isOnlyCounted { return .failure(error) }
            event.decision = .refused
            event.reason = error
            event.changes = described + refusedPart
            outcome = .failure(error)
        }
        event.durationMicroseconds = command.caller.elapsedMicroseconds()
        record(event)
        return outcome
    }

    /// Writes an event of the vault's own.
    mutating func record(_ event: Event) {
        sequence += 1
        let canonical = EventFormat.canonicalBytes(of: event, sequence: sequence, nonce: keys.eventNonce())
        batch.events.append(keys.events.seal(canonical, sequence: sequence, time: event.time))
        recorded.append((sequence, event))
    }

    /// Writes an event whose fields are known already, from the time before unsealing.
    mutating func record(inbox payload: InboxEvent) {
        sequence += 1
        let canonical = payload.canonicalBytes(sequence: sequence)
        batch.events.append(keys.events.seal(canonical, sequence: sequence, time: payload.time))
    }

    /// Does parts of a command for which the proof of presence counts that came with the whole.
    ///
    /// `wasNeeded`: whether the whole needed it, and has used it up.
    mutating func withProof<Result>(
        of caller: Caller,
        wasNeeded: Bool,
        _ parts: (inout Transaction) throws(Refusal) -> Result
    ) throws(Refusal) -> Result {
        proofs.share(caller.presenceProof, from: caller.peer?.process, isUsed: wasNeeded, at: now)
        defer { proofs.endSharing() }
        return try parts(&self)
    }

    /// Lets the proofs of somebody whose passphrase was replaced end with this transaction.
    mutating func forgetProofs(of uid: UInt32) { proofs.forget(uid) }
    mutating func takeInbox(through number: Int64) { batch.inboxTakenThrough = number }
    mutating func letGo(of events: ClosedRange<UInt64>) { batch.prunedPayloads = events }
    mutating func lay(_ foundation: Foundation) { batch.foundation = foundation }

    // MARK: Changing nouns

    mutating func put(_ secret: Secret, _ event: inout Event) throws(Refusal) {
        try put(secret, as: .secret(secret), &event)
        if InventorySecret(secret) != state.secrets[secret.name].map(InventorySecret.init) {
            state.inventoryGeneration += 1
        }
        changes.note(state.secrets[secret.name], secret)
        state.secrets[secret.name] = secret
        if state.rotations[secret.name] != nil { touchedRotations.add(secret.name) }
    }

    mutating func put(_ server: Server, _ event: inout Event) throws(Refusal) {
        try put(server, as: .server(server), &event)
        changes.note(state.servers[server.name], server, in: state)
        state.servers[server.name] = server
        state.registryGeneration += 1
        state.inventoryGeneration += 1
    }

    mutating func put(_ tool: Tool, _ event: inout Event) throws(Refusal) {
        try put(tool, as: .tool(tool), &event)
        if InventoryFacts(tool) != state.tools[tool.name].map(InventoryFacts.init) { state.inventoryGeneration += 1 }
        changes.note(state.tools[tool.name], tool, in: state)
        state.tools[tool.name] = tool
    }

    mutating func put(_ definition: Definition, _ event: inout Event) throws(Refusal) {
        try put(definition, as: .definition(definition), &event)
        // Words of a tool are its own or the definition's: an inventory says which.
        if definition.accepted?.text != state.definitions[definition.tool]?.accepted?.text {
            state.inventoryGeneration += 1
        }
        state.definitions[definition.tool] = definition
    }

    mutating func put(_ grant: Grant, _ event: inout Event) throws(Refusal) {
        try put(grant, as: .grant(grant), &event)
        changes.note(grant, of: state.servers[grant.tool.server])
        state.grants[GrantKey(tool: grant.tool, secret: grant.secret)] = grant
        state.inventoryGeneration += 1
    }

    mutating func put(_ person: Operator, _ event: inout Event) throws(Refusal) {
        try put(person, as: .person(person), &event)
        state.operators[person.uid] = person
    }

    mutating func put(_ origin: LogOrigin, _ event: inout Event) throws(Refusal) {
        try put(origin, as: .origin(origin), &event)
        state.origins[origin.number] = origin
        // In quarantine nothing is rotated, and after it everything that was due meanwhile.
        touchedRotations = .everything
    }

    mutating func put(_ rotation: Rotation, _ event: inout Event) throws(Refusal) {
        try put(rotation, as: .rotation(rotation), &event)
        if Rotations.Plan(rotation) != state.rotations[rotation.secret].map(Rotations.Plan.init) {
            state.inventoryGeneration += 1
        }
        state.rotations[rotation.secret] = rotation
        touchedRotations.add(rotation.secret)
    }

    mutating func put(_ consumer: Consumer, _ event: inout Event) throws(Refusal) {
        try put(consumer, as: .consumer(consumer), &event)
        state.consumers[consumer.secret, default: [:]][consumer.server] = consumer
        if state.rotations[consumer.secret]?.isUnderWay == true { touchedRotations.add(consumer.secret) }
    }

    mutating func put(_ approval: Approval, _ event: inout Event) throws(Refusal) {
        try put(approval, as: .approval(approval), &event)
        state.approvals[approval.name] = approval
        touchedApprovals.insert(approval.name)
    }

    mutating func put(_ rule: ApprovalRule, _ event: inout Event) throws(Refusal) {
        try put(rule, as: .approvalRule(rule), &event)
        let before = state
        state.approvalRules[rule.scope] = rule
        changes.note(rulesFrom: before, to: state)
        state.inventoryGeneration += 1
    }

    mutating func put(_ standing: StandingApproval, _ event: inout Event) throws(Refusal) {
        try put(standing, as: .standingApproval(standing), &event)
        state.standingApprovals[standing.id] = standing
    }

    /// Takes all records of a kind away that cannot be read, once somebody has said what holds: rules of approvals are set,
    /// or a restore is released. What the log cannot say of them is settled with it.
    mutating func removeAllLost(_ kind: RecordKind, _ event: inout Event) {
        let (ids, wasUntold) = state.lost.forgetAll(kind)
        for id in ids { remove(unreadable: kind, id, &event) }
        if wasUntold { event.changes.append(kind.settledText) }
    }

    /// Takes one record of a kind away that cannot be read, where somebody has just said anew what it may have said. Of
    /// several nobody knows which it was: each that is set anew takes one with it, so that the last goes with the last.
    mutating func removeLost(_ kind: RecordKind, _ event: inout Event) {
        guard let id = state.lost.forgetDamaged(kind) else { return }
        remove(unreadable: kind, id, &event)
    }

    /// Takes the server of a name away that cannot be read, where it is made anew.
    mutating func removeLost(_ name: ServerName, _ event: inout Event) {
        guard let id = state.lost.forgetDamaged(.server, named: name.text) else { return }
        remove(unreadable: .server, id, &event)
    }

    mutating func put(_ limit: RateLimit, _ event: inout Event) throws(Refusal) {
        try put(limit, as: .limit(limit), &event)
        state.limits[limit.scope] = limit
        state.inventoryGeneration += 1
    }

    mutating func put(_ alert: Alert, _ event: inout Event) throws(Refusal) {
        try put(alert, as: .alert(alert), &event)
        state.alerts[alert.id] = alert
        if alert.isOpen {
            state.openAlerts[alert.key] = alert.id
        } else if state.openAlerts[alert.key] == alert.id {
            state.openAlerts[alert.key] = nil
        }
    }

    mutating func put(_ policy: AlertPolicy, _ event: inout Event) throws(Refusal) {
        try put(policy, as: .watch(policy), &event)
        state.policies[policy.rule] = policy
        state.inventoryGeneration += 1
        setsPolicies = true
    }

    mutating func put(_ habit: KeptHabit, _ event: inout Event) throws(Refusal) {
        try put(habit, as: .habit(habit), &event)
        state.habits[habit.server] = habit
    }

    mutating func put(_ mark: LogMark, _ event: inout Event) throws(Refusal) {
        try put(mark, as: .retention(mark), &event)
        state.prunedLog = PrunedLog(mark)
    }

    mutating func remove(_ server: Server, _ event: inout Event) {
        remove(.server, server.id, &event)
        changes.note(server, nil, in: state)
        state.servers[server.name] = nil
        state.registryGeneration += 1
        state.inventoryGeneration += 1
    }

    mutating func remove(_ tool: Tool, _ event: inout Event) {
        remove(.tool, tool.id, &event)
        state.tools[tool.name] = nil
        state.inventoryGeneration += 1
    }

    mutating func remove(_ definition: Definition, _ event: inout Event) {
        remove(.definition, definition.id, &event)
        state.definitions[definition.tool] = nil
    }

    mutating func remove(_ grant: Grant, _ event: inout Event) {
        remove(.grant, grant.id, &event)
        changes.note(grant, of: state.servers[grant.tool.server])
        state.grants[GrantKey(tool: grant.tool, secret: grant.secret)] = nil
        state.inventoryGeneration += 1
    }

    mutating func remove(_ rotation: Rotation, _ event: inout Event) {
        remove(.rotation, rotation.id, &event)
        state.rotations[rotation.secret] = nil
        state.inventoryGeneration += 1
        touchedRotations.add(rotation.secret)
    }

    mutating func remove(_ consumer: Consumer, _ event: inout Event) {
        remove(.consumer, consumer.id, &event)
        state.consumers[consumer.secret]?[consumer.server] = nil
    }

    mutating func remove(_ approval: Approval, _ event: inout Event) {
        remove(.approval, approval.id, &event)
        state.approvals[approval.name] = nil
        state.askers[approval.name] = nil
        touchedApprovals.insert(approval.name)
    }

    mutating func remove(_ rule: ApprovalRule, _ event: inout Event) {
        remove(.approvalRule, rule.id, &event)
        let before = state
        state.approvalRules[rule.scope] = nil
        changes.note(rulesFrom: before, to: state)
        state.inventoryGeneration += 1
    }

    mutating func remove(_ standing: StandingApproval, _ event: inout Event) {
        remove(.standingApproval, standing.id, &event)
        state.standingApprovals[standing.id] = nil
    }

    mutating func remove(_ limit: RateLimit, _ event: inout Event) {
        remove(.limit, limit.id, &event)
        state.limits[limit.scope] = nil
        state.inventoryGeneration += 1
    }

    mutating func remove(_ alert: Alert, _ event: inout Event) {
        remove(.alert, alert.id, &event)
        state.alerts[alert.id] = nil
        if state.openAlerts[alert.key] == alert.id { state.openAlerts[alert.key] = nil }
    }

    mutating func remove(_ habit: KeptHabit, _ event: inout Event) {
        remove(.habit, habit.id, &event)
        state.habits[habit.server] = nil
    }

    mutating func remove(_ person: Operator, _ event: inout Event) {
        remove(.operator, person.id, &event)
        state.operators[person.uid] = nil
    }

    private mutating func put(_ content: some Encodable, as noun: Noun, _ event: inout Event) throws(Refusal) {
        guard !state.lost.takes(anyOf: noun.keys) else { throw .valueDamaged }
        let revision = (state.revisions[noun.id] ?? 0) + 1
        do {
            batch.records.append(
                try keys.ring.seal(RecordCoding.encode(content), kind: noun.kind, id: noun.id, revision: revision)
            )
        } catch { throw Refusal(error) }
        state.revisions[noun.id] = revision
        event.changes.append("\(noun.kind.rawValue)/\(noun.id)@\(revision)")
    }

    /// Of what cannot be read, the kind is the log's word and need not be the row's.
    private mutating func remove(unreadable kind: RecordKind, _ id: RecordID, _ event: inout Event) {
        // It goes by its id alone, which must not be that of a record that is there.
        guard state.revisions[id] == nil else { return }
        batch.unreadableRecords.append(id)
        event.changes.append("\(kind.rawValue)/\(id)@removed")
    }

    private mutating func remove(_ kind: RecordKind, _ id: RecordID, _ event: inout Event) {
        batch.removedRecords.append((kind, id))
        state.revisions[id] = nil
        event.changes.append("\(kind.rawValue)/\(id)@removed")
    }

    // MARK: Values

    /// The opened fields of a version that is not destroyed: that its values are not there is damage.
    func fields(of secret: Secret, version: UInt32) throws(Refusal) -> SecretFields {
        let place = Batch.Place(secret: secret.id, version: version)
        let sealed: SealedValue?
        if let waiting = batch.values.last(where: { $0.place == place }) {
            sealed = waiting.value
        } else {
            do { sealed = try values.value(at: place) } catch { throw Refusal(error) }
        }
        guard let sealed else { throw .valueDamaged }
        do { return try keys.ring.open(sealed, secret: secret.id, version: version) } catch { throw Refusal(error) }
    }

    mutating func store(_ fields: SecretFields, of secret: RecordID, version: UInt32) throws(Refusal) {
        let sealed: SealedValue
        do { sealed = try keys.ring.seal(fields, secret: secret, version: version) } catch { throw Refusal(error) }
        batch.values.append((Batch.Place(secret: secret, version: version), sealed))
    }

    mutating func destroyValue(of secret: RecordID, version: UInt32) {
        batch.destroyedValues.append(Batch.Place(secret: secret, version: version))
    }
}

extension Refusal {
    /// What did not seal or open, or what the store could not do: nobody but this says which of them is what. Memory that
    /// ran out is no damage, and neither is a disk that is full.
    package init(_ error: any Error) {
        self =
            switch error {
            case SealingError.exhausted: .memoryNotLocked
            case StoreError.unavailable, StoreError.rejected: .auditUnavailable
            case StoreError.damaged: .databaseDamaged
            default: .valueDamaged
            }
    }

    /// Why rows were not read to their end.
    init(_ stop: DeepCheck.Stop) {
        self =
            switch stop {
            case .exhausted: .memoryNotLocked
            case .store(let error): Refusal(error)
            case .cancelled, .overdue, .keysChanged, .pruned: .checkUnderWay
            }
    }
}
