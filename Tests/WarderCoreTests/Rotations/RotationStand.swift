import HashTreeCollections
import Locking
import Rotating
import Scheduling
import Sealing
import SecretMemory
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// What an upstream accepts, and a worker that talks to it: outlives the vault, as both do.
final class Upstream: Sendable {
    struct State {
        /// Passwords by user.
        var accepted: [String: String]
        /// Steps in the order in which they were asked for.
        var asked: [RotationStep] = []
        /// What each step was given last.
        var handed: [RotationStep: Handout] = [:]
        /// What is answered instead of the truth, once each.
        var answers: [RotationStep: [StepAnswer]] = [:]
        var isThere = true
        var maker = CredentialMaker.vault
        /// What `create` answers instead of a user.
        var made: SecretFields?
        /// What people were told.
        var notices: [Notice] = []
        /// Of each of these, who had it already.
        var heardBefore: [Set<Notice.Way>] = []
        /// Who has what fails next, once each.
        var hearing: [Set<Notice.Way>] = []
        /// What the program that tells them says instead of done, once each.
        var deafness: [StepAnswer] = []
        /// When it stops accepting what it makes next.
        var expires: Timestamp?
    }

    let overlaps: Bool
    let state: Locked<State>

    init(overlaps: Bool, password: String) {
        self.overlaps = overlaps
        state = Locked(State(accepted: ["a": password]))
    }

    var accepted: [String: String] { state.withLock { $0.accepted } }
    var asked: [RotationStep] { state.withLock { $0.asked } }

    func accepts(_ user: String?, _ password: String?) -> Bool {
        guard let user, let password else { return false }
        return accepted[user] == password
    }

    func handed(_ step: RotationStep) -> Handout? { state.withLock { $0.handed[step] } }

    /// Lets the next answer to a step be this, whatever the step does.
    func answer(_ step: RotationStep, _ answers: StepAnswer...) {
        state.withLock { $0.answers[step, default: []] += answers }
    }

    /// Is told something, as a program that calls people is.
    func hear(_ order: NoticeOrder) -> HandoutAnswer {
        state.withLock { state in
            state.notices.append(order.notice)
            state.heardBefore.append(order.told)
            guard !state.deafness.isEmpty else { return HandoutAnswer(StepAnswer(.done)) }
            let told = state.hearing.isEmpty ? [] : state.hearing.removeFirst()
            return HandoutAnswer(state.deafness.removeFirst(), told: told)
        }
    }

    /// Does a step as a rotator does: finds out what an earlier try has done.
    func perform(_ handout: Handout) -> HandoutAnswer {
        state.withLock { state in
            state.asked.append(handout.step)
            state.handed[handout.step] = handout
            let honest = perform(handout, &state)
            guard var answers = state.answers[handout.step], !answers.isEmpty else { return honest }
            defer { state.answers[handout.step] = answers }
            return HandoutAnswer(answers.removeFirst())
        }
    }

    private func perform(_ handout: Handout, _ state: inout State) -> HandoutAnswer {
        let current = Login(handout.current)
        let candidate = Login(handout.candidate)
        switch handout.step {
        case .preflight:
            return HandoutAnswer(StepAnswer(.done, overlaps: overlaps, maker: state.maker))
        case .create:
            if let made = state.made { return HandoutAnswer(StepAnswer(.done), fields: made) }
            let next = overlaps ? (current.user == "a" ? "b" : "a") : current.user
            guard let field = try? FieldName("username"), let user = try? SecretBytes(copying: Array(next.utf8)),
                let fields = try? SecretFields([field: user])
            else { return HandoutAnswer(StepAnswer(.failed)) }
            return HandoutAnswer(StepAnswer(.done), fields: fields, expires: state.expires)
        case .set: state.accepted[candidate.user] = candidate.password
        case .test:
            guard state.accepted[candidate.user] == candidate.password else {
                return HandoutAnswer(StepAnswer(.failed, message: try? PlainText("login refused")))
            }
        case .retire:
            if Login(handout.retiring).user != candidate.user { state.accepted[Login(handout.retiring).user] = nil }
        case .discard:
            guard handout.candidate != nil else { break }
            if overlaps {
                state.accepted[candidate.user] = nil
            } else {
                state.accepted[current.user] = current.password
            }
        }
        return HandoutAnswer(StepAnswer(.done))
    }

    private struct Login {
        var user = ""
        var password = ""

        init(_ version: Handout.Version?) {
            for (name, value) in version?.fields.values ?? [:] {
                let text = unsafe value.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
                if name.text == "username" { user = text } else { password = text }
            }
        }
    }
}

/// A vault with the secret `app/db`, its rotation, and a worker at an upstream.
final class RotationStand {
    static let secret = "app/db"

    private(set) var kit: TestVault
    let upstream: Upstream
    private var keeper: RotationKeeper
    /// What is to be done when a step was not answered in time.
    let late = Locked<[@Sendable () -> Void]>([])

    init(overlaps: Bool = true, schedule: String? = nil, attempts: Int = 3) async throws {
        upstream = Upstream(overlaps: overlaps, password: "first")
        kit = try await TestVault()
        keeper = RotationKeeper(kit.vault, limit: 4)
        try await kit.mustPut(Self.secret, fields: ["username": "a", "password": "first"])
        let rotator = try Rotator("postgres:main")
        let timing = try schedule.map { try RotationTiming(schedule: Schedule($0)) }
        let plan = Rotations.Plan(rotator: rotator, timing: timing, attempts: attempts)
        _ = try await kit.vault.perform(Rotations.set(name, plan, by: kit.admin))
        work()
    }

    var name: SecretName {
        get throws { try SecretName(Self.secret) }
    }

    var rotation: Rotation {
        get throws { try #require(kit.vault.state?.rotations[try name]) }
    }

    var run: RotationRun {
        get throws { try #require(try rotation.run) }
    }

    /// A worker comes, and stays.
    func work() {
        let vault = kit.vault
        let upstream = upstream
        @Sendable func wait() {
            guard upstream.state.withLock({ $0.isThere }) else { return }
            _ = vault.jobs.wait(on: JobBoard.Line(name: "worker", hangUp: {})) { assignment in
                guard let assignment else { return }
                let answer =
                    switch assignment {
                    case .step(let handout): upstream.perform(handout)
                    case .notice(let order): upstream.hear(order)
                    }
                wait()
                _ = vault.jobs.answer(assignment.id, from: "worker", answer)
            }
        }
        wait()
    }

    /// Lets everything happen that can happen now.
    /// - Returns: when something happens by itself next.
    @discardableResult
    func settle() async -> Timestamp? {
        var before: UInt64
        var wake: Timestamp?
        repeat {
            before = kit.vault.sequence
            let late = late
            wake = await keeper.look { _, body in late.withLock { $0.append(body) } }.wake
            await kit.vault.heartbeat()
        } while kit.vault.sequence != before
        return wake
    }

    /// Lets time go by until nothing happens by itself any more, at most so often.
    func finish(within turns: Int = 50) async throws {
        for _ in 0..<turns {
            guard let wake = await settle() else { return }
            let now = kit.clock.now().wall
            guard wake > now else { return }
            kit.clock.advance(milliseconds: wake.milliseconds - now.milliseconds)
        }
    }

    func start(compromised: Bool = false) async throws {
        _ = try await kit.vault.perform(
            Rotations.start(name, reason: nil, compromised: compromised, by: kit.admin)
        )
    }

    /// The daemon ends, and another one opens the same database.
    func restart() async throws {
        kit = try TestVault(restarting: kit)
        try await kit.unseal().get()
        keeper = RotationKeeper(kit.vault, limit: 4)
        work()
    }

    /// The machine is lost, and a vault of its backup takes its place: in quarantine.
    func restore() async throws {
        kit = try TestVault(restarting: kit)
        try await kit.openAsRestored()
        keeper = RotationKeeper(kit.vault, limit: 4)
        work()
    }

    /// Lets so many more commits reach the disk, and then none: as it is when the daemon ends there.
    /// - Returns: whether any commit was kept back.
    func cut(after writes: Int) async -> Bool {
        let seen = Locked(0)
        kit.store.fail(.unavailable(code: 10)) { _ in
            seen.withLock { seen in
                seen += 1
                return seen > writes
            }
        }
        await settle()
        kit.store.heal()
        return seen.withLock { $0 } > writes
    }

    /// What servers get now.
    func login() async throws -> (user: String, password: String) {
        (
            try await kit.reveal(Self.secret, field: "username"),
            try await kit.reveal(Self.secret, field: "password")
        )
    }

    var states: [String] {
        get async throws { try await kit.states(Self.secret) }
    }

    /// Whether what servers get is accepted.
    func works() async throws -> Bool {
        let login = try await login()
        return upstream.accepts(login.user, login.password)
    }
}
