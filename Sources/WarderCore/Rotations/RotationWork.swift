import HashTreeCollections
import Rotating
import SecretMemory
import Sealing
package import WarderModel

/// One secret's rotation inside a transaction: does what the rotation wants of the vault, and says what it wants of
/// others.
struct RotationWork {
    /// After the last consumer fetched the new version, in seconds: calls that had the old one in hand may still be at
    /// work.
    static let grace: Int64 = 60
    /// Shortest time for which two versions are valid, in seconds, where nobody set another.
    static let shortestOverlap: Int64 = 3600

    private(set) var rotation: Rotation
    private(set) var secret: Secret
    private(set) var run: RotationRun
    private var isSecretChanged = false
    /// What happened that has an event of its own.
    private var milestones: [(action: Action, version: UInt32?)] = []
    private let chance: Double

    /// - Throws: `rotationMissing`, `rotationEnded` without one under way, and what `Secrets.live` throws.
    init(_ name: SecretName, in transaction: borrowing Transaction) throws(Refusal) {
        guard let rotation = transaction.state.rotations[name] else {
            throw transaction.state.lost.contains(.rotation(name)) ? .valueDamaged : .rotationMissing
        }
        guard let run = rotation.run, !run.hasEnded else { throw .rotationEnded }
        guard let secret = transaction.state.secrets[name] else { throw .secretMissing }
        self.rotation = rotation
        self.secret = secret
        self.run = run
        chance = Double.random(in: 0...1)
    }

    func next(in transaction: borrowing Transaction) -> RotationAction {
        run.next(at: transaction.now.wall, moved: Self.moved(run, secret.name, in: transaction.state))
    }

    /// Since when no consumer needs the version before; `nil` while one has it. One that is blocked can fetch nothing,
    /// and keeps nobody waiting.
    static func moved(_ run: RotationRun, _ secret: SecretName, in state: VaultState) -> Timestamp? {
        guard run.phase == .overlapping else { return nil }
        return moved(run, by: state.consumers(of: secret), in: state)
    }

    static func moved(_ run: RotationRun, by consumers: [Consumer], in state: VaultState) -> Timestamp? {
        guard run.phase == .overlapping, let candidate = run.candidate else { return nil }
        let consumers = consumers.filter { state.servers[$0.server]?.quarantine == nil }
        guard consumers.allSatisfy({ $0.version == candidate }) else { return nil }
        return (consumers.map(\.since).max() ?? run.began).adding(seconds: grace)
    }

    // MARK: What the vault does itself

    /// Goes on as far as the vault can alone.
    ///
    /// - Returns: what is left to do, by others or later.
    mutating func advance(in transaction: inout Transaction, _ event: inout Event) throws(Refusal) -> RotationAction {
        while true {
            let action = next(in: transaction)
            switch action {
            case .promote: promote(in: transaction, &event)
            case .demote: demote(at: transaction.now.wall, &event)
            case .countAnew: run.clockWentBack(to: transaction.now.wall)
            case .dropCandidate: drop(in: &transaction, &event)
            case .run(let step) where !rotation.rotator.needsWorker:
                run.begin(step)
                try answer(HandoutAnswer(StepAnswer(.done, overlaps: true, maker: .vault)), in: &transaction, &event)
            case .run, .awaitAnswer, .wait, .waitForPerson, .none: return action
            }
        }
    }

    private mutating func promote(in transaction: borrowing Transaction, _ event: inout Event) {
        guard let candidate = run.candidate, secret.deleted == nil, secret.current?.number == run.from,
            secret.promote(candidate)
        else {
            run.overtaken()
            event.changes.append("overtaken")
            return
        }
        isSecretChanged = true
        run.promoted(at: transaction.now.wall, overlap: overlap(in: transaction.state))
        if run.hasEnded { retire() }
        milestones.append((.rotationPromote, candidate))
    }

    private mutating func demote(at now: Timestamp, _ event: inout Event) {
        guard let from = run.from, secret.promote(from) else {
            run.cannotGoBack(at: now)
            event.changes.append("unrestorable=\(Refusal.versionDestroyed.rawValue)")
            return
        }
        isSecretChanged = true
        run.demoted(at: now)
        milestones.append((.rotationDemote, from))
    }

    private mutating func drop(in transaction: inout Transaction, _ event: inout Event) {
        if let candidate = run.candidate, secret.current?.number != candidate,
            secret.markDestroyed(candidate, at: transaction.now.wall)
        {
            isSecretChanged = true
            transaction.destroyValue(of: secret.id, version: candidate)
            event.changes.append("destroyed/v\(candidate)")
        }
        run.dropped(at: transaction.now.wall, limits: rotation.limits, chance: chance)
    }

    // MARK: Steps of the rotator

    /// Writes down that a step is handed out, and gathers what it needs.
    ///
    /// - Throws: where a value cannot be opened; nothing is handed out then.
    mutating func handOut(
        _ step: RotationStep,
        in transaction: inout Transaction,
        _ event: inout Event
    ) throws(Refusal) -> Handout {
        run.begin(step)
        let handout = try Handout(step, of: rotation, run, secret, in: transaction)
        run.begin(step, as: handout.id)
        event.version = run.candidate ?? secret.current?.number
        event.changes += facts + ["step=\(step.rawValue)"] + handout.contents
        return handout
    }

    /// Takes over what the rotator answered, and stores what it made.
    mutating func answer(
        _ answer: HandoutAnswer,
        in transaction: inout Transaction,
        _ event: inout Event
    ) throws(Refusal) {
        var said = answer.answer
        if run.doing == .create, said.outcome == .done {
            do throws(Refusal) {
                if try !isNew(answer, in: transaction) {
                    said.becomeFailed("The rotator's answer has no new value.", mayRetry: false)
                } else {
                    try make(answer, in: &transaction, &event)
                }
            } catch {
                // The same answer again, once the store can be read.
                if error == .auditUnavailable || error == .databaseDamaged { throw error }
                said.becomeFailed("The vault could not store the new version.", mayRetry: error == .memoryNotLocked)
                event.changes.append("unusable=\(error.rawValue)")
            }
        }
        run.answered(said, at: transaction.now.wall, limits: rotation.limits, chance: chance)
        if run.phase == .retired { retire() }
    }

    /// Whether there is a value that the current version has not, if it is the upstream that makes them: it would be
    /// current and be made invalid at once.
    private func isNew(_ answer: HandoutAnswer, in transaction: borrowing Transaction) throws(Refusal) -> Bool {
        guard run.maker == .upstream else { return true }
        let made = answer.fields?.values ?? [:]
        guard let current = secret.current else { return !made.isEmpty }
        let old = try transaction.fields(of: secret, version: current.number).values
        for (field, value) in made {
            guard let before = old[field] else { return true }
            if transaction.keys.fingerprint(before) != transaction.keys.fingerprint(value) { return true }
        }
        return false
    }

    private mutating func make(
        _ answer: HandoutAnswer,
        in transaction: inout Transaction,
        _ event: inout Event
    ) throws(Refusal) {
        let fields = try Candidate.fields(for: rotation, run, secret, answer.fields, in: transaction)
        var secret = secret
        let (added, destroyed) = secret.addVersion(
            fields: Array(fields.values.keys),
            pending: true,
            at: transaction.now.wall,
            by: .rotation(run.id),
            expires: answer.expires
        )
        try transaction.store(fields, of: secret.id, version: added.number)
        for number in destroyed { transaction.destroyValue(of: secret.id, version: number) }
        event.changes += destroyed.map { "destroyed/v\($0)" }
        self.secret = secret
        isSecretChanged = true
        run.made(added.number, from: secret.current?.number)
        event.version = added.number
        event.fields = added.fields
        event.changes += answer.expires.map { ["expires=\($0)"] } ?? []
        for (field, value) in fields.values.sorted(by: { $0.key < $1.key }) {
            event.changes.append("fingerprint/\(field)=\(transaction.keys.fingerprint(value))")
        }
    }

    /// The upstream does not accept the old version any more: `rollback` does not go back to it by itself.
    private mutating func retire() {
        guard let from = run.from, rotation.rotator.needsWorker || run.isUrgent else { return }
        secret.retire(from)
        isSecretChanged = true
    }

    // MARK: Writing down

    /// Stores how far it has come.
    mutating func save(in transaction: inout Transaction, _ event: inout Event) throws(Refusal) {
        if run.hasEnded { milestones.append((.rotationEnd, run.candidate)) }
        rotation.update(run, at: transaction.now.wall)
        try transaction.put(rotation, &event)
        if isSecretChanged { try transaction.put(secret, &event) }
        for (action, version) in milestones {
            transaction.record(self.event(action, version: version, at: transaction.now.wall))
        }
        milestones = []
    }

    /// Lets a person change the course.
    mutating func change(_ body: (inout RotationRun) throws(RotationObstacle) -> Void) throws(Refusal) {
        do throws(RotationObstacle) { try body(&run) } catch { throw Refusal(error) }
    }

    /// What every event of this rotation says.
    var facts: [String] {
        ["rotation=\(run.id)", "cause=\(run.cause.text)", "attempt=\(run.attempt)"]
    }

    private func event(_ action: Action, version: UInt32?, at now: Timestamp) -> Event {
        var event = Event(action: action, time: now, actor: .vault)
        event.secret = secret.name
        event.version = version
        event.purpose = run.cause.reason
        event.changes = facts + ["phase=\(run.phase.rawValue)"]
        if let problem = run.problem, run.phase != .retired { event.changes.append("problem=\(problem.step.rawValue)") }
        if let leftover = run.leftover { event.changes.append("orphan=\(leftover.kind.rawValue)") }
        return event
    }

    /// In seconds: as set, or the longer of an hour and twice the longest life of a token that may hold the value.
    private func overlap(in state: VaultState) -> Int64 {
        rotation.overlap ?? max(Self.shortestOverlap, 2 * (state.grants(for: secret.name).map(\.lifetime).max() ?? 0))
    }
}

extension VaultState {
    /// - Throws: `rotationBusy` for a version that a rotation under way has made, or is to replace.
    func requireFree(_ version: UInt32, of secret: SecretName) throws(Refusal) {
        guard let run = rotations[secret]?.run, !run.hasEnded else { return }
        if version == run.candidate || version == run.from { throw .rotationBusy }
    }

    /// Servers that received a version of this secret and may still ask for it, by name.
    ///
    /// `granted`: those that may ask, where that is known already.
    package func consumers(of secret: SecretName, granted: Set<ServerName>? = nil) -> [Consumer] {
        guard let consumers = consumers[secret], !consumers.isEmpty else { return [] }
        let granted = granted ?? Set(grants(for: secret).map(\.tool.server))
        return consumers.values.filter { granted.contains($0.server) }.sorted { $0.server < $1.server }
    }

    /// Which servers may have which secret, of all grants at once.
    var serversBySecret: [SecretName: Set<ServerName>] {
        grants.values.reduce(into: [:]) { $0[$1.secret, default: []].insert($1.tool.server) }
    }
}

extension Refusal {
    /// Why a person cannot have what they ask of a rotation.
    init(_ obstacle: RotationObstacle) {
        self =
            switch obstacle {
            case .ended: .rotationEnded
            case .notWaiting: .rotationNotWaiting
            case .promoted: .rotationPromoted
            case .notPromoted: .rotationNotPromoted
            case .retired: .rotationRetired
            case .busy: .rotationBusy
            }
    }
}
