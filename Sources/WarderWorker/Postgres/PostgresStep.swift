import SecretMemory
import WarderConfiguration
import WarderWire

/// One step with a PostgreSQL server (`postgres:`).
///
/// A role has one password, so what is asked again after a crash finds either the old one or the new one, and does the
/// same to both.
struct PostgresStep {
    /// The first that knows SCRAM.
    private static let leastVersion = 100_000

    private let job: Job
    private let server: DaemonConfiguration.PostgresServer
    private let deadline: ContinuousClock.Instant

    init(_ job: Job, _ server: DaemonConfiguration.PostgresServer) {
        self.job = job
        self.server = server
        deadline = .now + job.timeout.duration
    }

    func perform() -> JobResult {
        do throws(StepFault) {
            let plan = try PostgresPlan(job)
            switch job.step {
            case .preflight: return try preflight(plan)
            case .create: return try create(plan)
            case .set: return try set(plan)
            case .test: return try test()
            case .retire: return try retire(plan)
            case .discard: return try discard(plan)
            }
        } catch {
            return error.result
        }
    }

    // MARK: Steps

    private func preflight(_ plan: PostgresPlan) throws(StepFault) -> JobResult {
        let connection = try administrator()
        guard connection.serverVersion >= Self.leastVersion else {
            throw StepFault(.failed, "the server is older than PostgreSQL 10, and knows no SCRAM", retry: false)
        }
        for role in plan.roles {
            try statement("look for a role") { () throws(PostgresFault) in
                guard let name = CText.of(role) else { throw PostgresFault.unusable }
                let rows = try connection.run(.canLogIn, [name])
                guard rows.first == "t" else { throw PostgresFault.failed(sqlstate: rows.isEmpty ? "42704" : "28000") }
            }
            try tryToAlter(role, over: connection)
        }
        return JobResult(.done, overlaps: plan.strategy == .alternating, makes: .vault)
    }

    /// Does what `set` will do, and takes it back: the server alone knows whether it would let us.
    private func tryToAlter(_ role: String, over connection: PostgresConnection) throws(StepFault) {
        try statement("change the password of a role") { () throws(PostgresFault) in
            try connection.run(.begin)
            // Something between us and the server that opens no transactions would make this real.
            guard connection.isInTransaction else { throw PostgresFault.failed(sqlstate: "25P01") }
            try connection.run(.takePassword(of: role, over: connection))
            try connection.run(.rollback)
        }
    }

    /// Decides which role; the password is the vault's to make, and the server hears of it in `set`.
    private func create(_ plan: PostgresPlan) throws(StepFault) -> JobResult {
        do {
            let username = try SecretBytes(copying: Array(plan.next.utf8))
            return JobResult(.done, fields: JobFields(["username": username]))
        } catch {
            throw StepFault(.failed, "there is no locked memory left", retry: true)
        }
    }

    private func set(_ plan: PostgresPlan) throws(StepFault) -> JobResult {
        let candidate = try candidate()
        if plan.strategy == .single, job.helper == nil {
            guard let connection = try ownConnection(otherwise: candidate) else { return JobResult(.done) }
            try setPassword(of: candidate.username, to: candidate.password, over: connection)
        } else {
            try setPassword(of: candidate.username, to: candidate.password, over: administrator())
        }
        return JobResult(.done)
    }

    private func test() throws(StepFault) -> JobResult {
        let connection = try login(candidate(), called: "the new version")
        guard connection.hasUsedPassword else {
            throw StepFault(
                .failed,
                "the server asked for no password, so the login proves nothing; see its pg_hba.conf",
                retry: false
            )
        }
        try statement("answer") { () throws(PostgresFault) in try connection.run(.one) }
        return JobResult(.done)
    }

    private func retire(_ plan: PostgresPlan) throws(StepFault) -> JobResult {
        // The one password of the role was replaced already.
        guard plan.strategy == .alternating else { return JobResult(.done) }
        guard let role = job.retiring?.fields.text("username") else {
            throw StepFault(.failed, "the version that is to end has no field username", retry: false)
        }
        try takePassword(of: role)
        return JobResult(.done)
    }

    private func discard(_ plan: PostgresPlan) throws(StepFault) -> JobResult {
        // `create` has done nothing at the server, and without it there was no `set`.
        guard let candidate = PostgresCredential(job.candidate?.fields) else { return JobResult(.done) }
        switch plan.strategy {
        case .alternating:
            try takePassword(of: candidate.username)
        case .single:
            guard let current = PostgresCredential(job.current?.fields) else {
                // There was none before: nobody may log in.
                if job.helper != nil { try takePassword(of: candidate.username) }
                return JobResult(.done)
            }
            if job.helper == nil {
                if try isAccepted(current, called: "the current version") { return JobResult(.done) }
                let connection = try login(candidate, called: "the new version")
                try setPassword(of: current.username, to: current.password, over: connection)
            } else {
                try setPassword(of: current.username, to: current.password, over: administrator())
            }
        }
        return JobResult(.done)
    }

    // MARK: Logins

    private func candidate() throws(StepFault) -> PostgresCredential {
        guard let candidate = PostgresCredential(job.candidate?.fields) else {
            throw StepFault(.failed, "the new version lacks the field username or password", retry: false)
        }
        return candidate
    }

    /// The login that changes roles: the administrator's where one is set, else the one that is valid now.
    private func administrator() throws(StepFault) -> PostgresConnection {
        if let helper = job.helper {
            guard let credential = PostgresCredential(helper) else {
                throw StepFault(.failed, "the administrator's secret lacks username or password", retry: false)
            }
            return try login(credential, called: "the administrator")
        }
        guard let current = PostgresCredential(job.current?.fields) else {
            throw StepFault(
                .failed,
                "nobody to log in as: the secret has no username and password yet, and no administrator is set",
                retry: false
            )
        }
        return try login(current, called: "the current version")
    }

    /// The role's own login, which changes its own password; `nil` when the candidate is valid already.
    private func ownConnection(otherwise candidate: PostgresCredential) throws(StepFault) -> PostgresConnection? {
        guard let current = PostgresCredential(job.current?.fields) else { return try administrator() }
        do throws(PostgresFault) {
            return try PostgresConnection(to: server, as: current, deadline: deadline)
        } catch {
            guard error.isRefusedCredential else { throw Self.fault(error, login: "the current version") }
        }
        _ = try login(candidate, called: "the current version and that of the new one")
        return nil
    }

    private func isAccepted(_ credential: PostgresCredential, called name: String) throws(StepFault) -> Bool {
        do throws(PostgresFault) {
            _ = try PostgresConnection(to: server, as: credential, deadline: deadline)
            return true
        } catch {
            guard error.isRefusedCredential else { throw Self.fault(error, login: name) }
            return false
        }
    }

    private func login(_ credential: PostgresCredential, called name: String) throws(StepFault) -> PostgresConnection {
        do throws(PostgresFault) {
            return try PostgresConnection(to: server, as: credential, deadline: deadline)
        } catch {
            throw Self.fault(error, login: name)
        }
    }

    // MARK: Passwords

    private func setPassword(
        of role: String,
        to password: SecretBytes,
        over connection: PostgresConnection
    ) throws(StepFault) {
        try statement("change the password of a role") { () throws(PostgresFault) in
            try connection.run(.setPassword(of: role, to: password, over: connection))
        }
    }

    /// Nobody can log in to the role with a password any more; never for the role that is valid now.
    private func takePassword(of role: String) throws(StepFault) {
        guard role != job.current?.fields.text("username") else { return }
        let connection = try administrator()
        do throws(PostgresFault) {
            try connection.run(.takePassword(of: role, over: connection))
        } catch .failed("42704") {
            // The role is gone, and with it every login.
        } catch {
            throw Self.fault(error, doing: "take the password of a role")
        }
    }

    // MARK: Words

    private func statement(
        _ what: String,
        _ body: () throws(PostgresFault) -> Void
    ) throws(StepFault) {
        do throws(PostgresFault) { try body() } catch { throw fault(error, doing: what) }
    }

    private func fault(_ fault: PostgresFault, doing what: String) -> StepFault {
        // Steps that change nothing cannot have changed something.
        let lost = job.step.outcomeWhenLost
        switch fault {
        case .lost: return StepFault(lost, "the connection to the server was lost", retry: true)
        default: return Self.fault(fault, doing: what)
        }
    }

    private static func fault(_ fault: PostgresFault, login name: String) -> StepFault {
        switch fault {
        case .refused("28P01"), .refused("28000"):
            StepFault(.failed, "the server refuses the login of \(name)", retry: false)
        case .refused(let code):
            StepFault(
                .failed,
                "the server does not take the login of \(name) (SQLSTATE \(code))",
                retry: code != "3D000"
            )
        case .unreachable(let why): StepFault(.failed, "the server cannot be reached: \(why)", retry: true)
        case .unusable:
            StepFault(.failed, "username or password of \(name) cannot be sent: it has a NUL in it", retry: false)
        case .failed, .lost: StepFault(.failed, "the connection to the server was lost", retry: true)
        }
    }

    private static func fault(_ fault: PostgresFault, doing what: String) -> StepFault {
        switch fault {
        case .failed("42501"): StepFault(.failed, "the login may not \(what)", retry: false)
        case .failed("42704"): StepFault(.failed, "the server has no such role: could not \(what)", retry: false)
        case .failed("28000"): StepFault(.failed, "a role exists that may not log in (NOLOGIN)", retry: false)
        case .failed("25P01"): StepFault(.failed, "what is in front of the server keeps no transactions", retry: false)
        case .failed(let code): StepFault(.failed, "the server did not \(what) (SQLSTATE \(code))", retry: true)
        case .unusable: StepFault(.failed, "a name or password cannot be sent: could not \(what)", retry: false)
        case .lost, .refused, .unreachable:
            StepFault(.unknown, "the connection to the server was lost", retry: true)
        }
    }
}
