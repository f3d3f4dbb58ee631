import PostgresTesting
import Testing
import WarderWire

@testable import WarderWorker

/// The real process of a job against a real server. One server for all tests, each with roles of its own. Here: how
/// passwords change and go back.
@Suite("PostgreSQL", .serialized, RunningPostgres())
struct PostgresTests {
    let server: PostgresServer
    let workshop: Workshop
    var helper: [String: String] { ["username": "postgres", "password": PostgresServer.password] }

    init() throws {
        let stand = try #require(RunningPostgres.stand)
        (server, workshop) = (stand.server, stand.workshop)
    }

    func run(_ job: Job) throws -> JobResult { try StepProcess.run(job, in: workshop) }

    func role(_ name: String, _ password: String?, options: String = "LOGIN") throws {
        try server.sql("CREATE ROLE :\"role\" \(options)", ["role": name])
        if let password { try server.sql("ALTER ROLE :\"role\" PASSWORD :'new'", ["role": name, "new": password]) }
    }

    func job(
        _ step: JobStep,
        _ settings: [String: String] = [:],
        current: (String, String)? = nil,
        candidate: (String, String)? = nil,
        retiring: (String, String)? = nil,
        asAdministrator: Bool = false,
        entry: String = "main",
        timeout: Int = 20
    ) throws -> Job {
        func fields(_ login: (String, String)?) -> [String: String]? {
            login.map { ["username": $0.0, "password": $0.1] }
        }
        return try .sample(
            step,
            rotator: "postgres:\(entry)",
            timeout: timeout,
            settings: settings,
            current: fields(current),
            candidate: fields(candidate),
            retiring: fields(retiring),
            helper: asAdministrator ? helper : nil
        )
    }

    @Test("two roles take turns: both logins are valid while the new one spreads, and the old one ends")
    func alternating() throws {
        try role("alt_a", "first")
        try role("alt_b", nil)
        let settings = ["roles": "alt_a,alt_b"]
        let preflight = try run(job(.preflight, settings, current: ("alt_a", "first"), asAdministrator: true))
        #expect(preflight.outcome == .done, "\(preflight.message ?? "")")
        #expect(preflight.overlaps == true && preflight.makes == .vault)
        #expect(try server.accepts("alt_a", "first"))

        var create = try job(.create, settings, current: ("alt_a", "first"), asAdministrator: true)
        create.current?.fields.values["host"] = try JobFields.sample(["host": "db"])["host"]
        let created = try run(create)
        #expect(created.outcome == .done, "\(created.message ?? "")")
        #expect(created.fields.texts == ["username": "alt_b"])

        let (old, new) = (("alt_a", "first"), ("alt_b", "second"))
        for _ in 0..<2 {
            #expect(try run(job(.set, settings, current: old, candidate: new, asAdministrator: true)).outcome == .done)
            #expect(try run(job(.test, settings, current: old, candidate: new)).outcome == .done)
            #expect(try server.accepts("alt_a", "first") && server.accepts("alt_b", "second"))
        }
        for _ in 0..<2 {
            let retire = try job(
                .retire,
                settings,
                current: new,
                candidate: new,
                retiring: old,
                asAdministrator: true
            )
            #expect(try run(retire).outcome == .done)
            #expect(try !server.accepts("alt_a", "first"))
            #expect(try server.accepts("alt_b", "second"))
        }
    }

    @Test("what create and set did is taken back, and the current login stays as it is")
    func discardAlternating() throws {
        try role("dis_a", "first")
        try role("dis_b", nil)
        let settings = ["roles": "dis_a,dis_b"]
        let (old, new) = (("dis_a", "first"), ("dis_b", "second"))
        #expect(try run(job(.set, settings, current: old, candidate: new, asAdministrator: true)).outcome == .done)
        for _ in 0..<2 {
            let discard = try job(.discard, settings, current: old, candidate: new, asAdministrator: true)
            #expect(try run(discard).outcome == .done)
            #expect(try server.accepts("dis_a", "first"))
            #expect(try !server.accepts("dis_b", "second"))
        }
        // A version that never got as far as a role has nothing to take back.
        var early = try job(.discard, settings, current: old, asAdministrator: true)
        early.candidate = Job.Version(version: 8, fields: try .sample(["password": "second"]))
        #expect(try run(early).outcome == .done)
        #expect(try server.accepts("dis_a", "first"))
    }

    @Test("the role that is valid now keeps its password, whatever is asked")
    func neverTheCurrentOne() throws {
        try role("keep_a", "first")
        try role("keep_b", nil)
        let settings = ["roles": "keep_a,keep_b"]
        let current = ("keep_a", "first")
        for step in [JobStep.retire, .discard] {
            let job = try job(
                step,
                settings,
                current: current,
                candidate: ("keep_a", "other"),
                retiring: ("keep_a", "older"),
                asAdministrator: true
            )
            #expect(try run(job).outcome == .done)
            #expect(try server.accepts("keep_a", "first"))
        }
    }

    @Test("one role changes its own password, and does it again after a crash without harm")
    func single() throws {
        try role("solo", "first")
        let (old, new) = (("solo", "first"), ("solo", "sec'ond \"ü\\ $1"))
        let preflight = try run(job(.preflight, current: old))
        #expect(preflight.outcome == .done && preflight.overlaps == false, "\(preflight.message ?? "")")
        #expect(try server.accepts("solo", "first"))
        for _ in 0..<2 {
            #expect(try run(job(.set, current: old, candidate: new)).outcome == .done)
            #expect(try run(job(.test, current: old, candidate: new)).outcome == .done)
            #expect(try server.accepts(new.0, new.1))
            #expect(try !server.accepts("solo", "first"))
        }
        #expect(try run(job(.retire, current: new, retiring: old)).outcome == .done)
        #expect(try server.accepts(new.0, new.1))
        for _ in 0..<2 {
            #expect(try run(job(.discard, current: old, candidate: new)).outcome == .done)
            #expect(try server.accepts("solo", "first"))
        }
        #expect(try run(job(.test, current: old, candidate: new)).outcome == .failed)
    }

    @Test("an administrator sets the first password of a role, and takes it back")
    func first() throws {
        try role("fresh", nil)
        let settings = ["role": "fresh"]
        let new = ("fresh", "first")
        #expect(try run(job(.preflight, settings, asAdministrator: true)).outcome == .done)
        #expect(try run(job(.set, settings, candidate: new, asAdministrator: true)).outcome == .done)
        #expect(try run(job(.test, settings, candidate: new)).outcome == .done)
        #expect(try run(job(.discard, settings, candidate: new, asAdministrator: true)).outcome == .done)
        #expect(try !server.accepts("fresh", "first"))
    }
}
