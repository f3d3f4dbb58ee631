import HashTreeCollections
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
    private let values: ValueCache
    private(set) var proofs: PresenceProofs
    private var sequence: UInt64

    init(_ open: Vault.Open, store: any VaultStore, presence: PresenceLedger, now: Moment) {
        state = open.state
        keys = open.keys
        foundation = open.foundation
        values = open.values
        sequence = open.sequence
        self.store = store
        proofs = PresenceProofs(presence)
        self.now = now
    }

    /// Number of the newest event, this transaction's included.
    var lastSequence: UInt64 { sequence }

    // MARK: Deciding

    /// The one place where a command is allowed or refused, done, and written down.
    mutating func decide<Answer>(_ command: Command<Answer>) -> Result<Answer, Refusal> {
        // Before anybody is authorised: a refused operator stands in the log by name.
        var event = Event(action: command.action, time: now.wall, actor: Policy.actor(command.caller, in: state))
        event.requestID = command.caller.requestID
        event.traceID = command.caller.traceID
        command.describe(&event)
        let described = event.changes
        let outcome: Result<Answer, Refusal>
        let before = (state: state, keys: keys, foundation: foundation, sequence: sequence)
        let savepoint = Savepoint(batch)
        do throws(Refusal) {
            try Policy.authorise(command.action, command.caller, in: state, proofs: &proofs, at: now)
            outcome = .success(try command.perform(&self, &event))
        } catch {
            // A proof that was used stays used.
            (state, keys, foundation, sequence) = (before.state, before.keys, before.foundation, before.sequence)
            savepoint.restore(&batch)
            event.decision = .refused
            event.reason = error
            event.changes = described
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
    }

    /// Writes an event whose fields are known already, from the time before unsealing.
    mutating func record(inbox payload: InboxEvent) {
        sequence += 1
        let canonical = payload.canonicalBytes(sequence: sequence)
        batch.events.append(keys.events.seal(canonical, sequence: sequence, time: payload.time))
    }

    /// Lets the proofs of somebody whose passphrase was replaced end with this transaction.
    mutating func forgetProofs(of uid: UInt32) { proofs.forget(uid) }
    mutating func takeInbox(through number: Int64) { batch.inboxTakenThrough = number }
    mutating func lay(_ foundation: Foundation) { batch.foundation = foundation }

    // MARK: Changing nouns

    mutating func put(_ secret: Secret, _ event: inout Event) throws(Refusal) {
        try put(secret, as: .secret(secret), &event)
        state.secrets[secret.name] = secret
    }

    mutating func put(_ server: Server, _ event: inout Event) throws(Refusal) {
        try put(server, as: .server(server), &event)
        state.servers[server.name] = server
        state.registryGeneration += 1
    }

    mutating func put(_ tool: Tool, _ event: inout Event) throws(Refusal) {
        try put(tool, as: .tool(tool), &event)
        state.tools[tool.name] = tool
    }

    mutating func put(_ grant: Grant, _ event: inout Event) throws(Refusal) {
        try put(grant, as: .grant(grant), &event)
        state.grants[GrantKey(tool: grant.tool, secret: grant.secret)] = grant
    }

    mutating func put(_ person: Operator, _ event: inout Event) throws(Refusal) {
        try put(person, as: .person(person), &event)
        state.operators[person.uid] = person
    }

    mutating func put(_ origin: LogOrigin, _ event: inout Event) throws(Refusal) {
        try put(origin, as: .origin(origin), &event)
        state.origins[origin.number] = origin
    }

    /// Takes the records of restores away that cannot be read, so that a release need not wait for ever.
    mutating func removeLostOrigins(_ event: inout Event) {
        for entry in state.lost.entries where entry.kind == .origin {
            if let id = entry.id { remove(.origin, id, &event) }
        }
        state.lost.forgetOrigins()
    }

    mutating func remove(_ server: Server, _ event: inout Event) {
        remove(.server, server.id, &event)
        state.servers[server.name] = nil
        state.registryGeneration += 1
    }

    mutating func remove(_ tool: Tool, _ event: inout Event) {
        remove(.tool, tool.id, &event)
        state.tools[tool.name] = nil
    }

    mutating func remove(_ grant: Grant, _ event: inout Event) {
        remove(.grant, grant.id, &event)
        state.grants[GrantKey(tool: grant.tool, secret: grant.secret)] = nil
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

    private mutating func remove(_ kind: RecordKind, _ id: RecordID, _ event: inout Event) {
        batch.removedRecords.append((kind, id))
        state.revisions[id] = nil
        event.changes.append("\(kind.rawValue)/\(id)@removed")
    }

    // MARK: Values

    /// The opened fields of a version.
    func fields(of secret: Secret, version: UInt32) throws(Refusal) -> SecretFields {
        let place = Batch.Place(secret: secret.id, version: version)
        let sealed: SealedValue?
        if let waiting = batch.values.last(where: { $0.place == place }) {
            sealed = waiting.value
        } else {
            do { sealed = try values.value(at: place) } catch { throw .auditUnavailable }
        }
        guard let sealed else { throw .versionDestroyed }
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
    /// What did not seal or open: memory that ran out is no damage.
    init(_ error: any Error) {
        self =
            switch error {
            case SealingError.exhausted: .memoryNotLocked
            case StoreError.unavailable: .auditUnavailable
            default: .valueDamaged
            }
    }
}
