import Foundation
import Glibc
import PostgresTesting
import Testing
import WarderWire

@testable import WarderWorker

/// The real process of a job against a real server. One server for all tests, each with roles of its own.
@Suite("PostgreSQL", .serialized, RunningPostgres())
struct PostgresTests {
    private let server: PostgresServer
    private let workshop: Workshop
    private var helper: [String: String] { ["username": "postgres", "password": PostgresServer.password] }

    init() throws {
        let stand = try #require(RunningPostgres.stand)
        (server, workshop) = (stand.server, stand.workshop)
    }

    private func run(_ job: Job) throws -> JobResult { try StepProcess.run(job, in: workshop) }

    private func role(_ name: String, _ password: String?, options: String = "LOGIN") throws {
        try server.sql("CREATE ROLE :\"role\" \(options)", ["role": name])
        if let password { try server.sql("ALTER ROLE :\"role\" PASSWORD :'new'", ["role": name, "new": password]) }
    }

    private func job(
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

    // MARK: Strategies

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

    // MARK: Names and texts

    @Test(
        "a role is the one that is named, whatever its name says",
        arguments: [
            "quote\"d", "x'; DROP ROLE victim; --", "\"; ALTER ROLE victim PASSWORD 'x'; --", "日本語", "back\\slash",
            " leading", "trailing ", "$1", "semi;colon", "new\nline", "Mixed", "mixed", "E'\\x41'", "%I", ":name",
            "user",
            "current_user", "null", "a--b", "/*", "{}", "tab\t", "\u{202E}turned", String(repeating: "n", count: 63),
            String(repeating: "é", count: 31), "U&\"\\0061\"", "app,with,commas",
        ]
    )
    func hostileNames(name: String) throws {
        try server.sql("DROP ROLE IF EXISTS victim; CREATE ROLE victim LOGIN PASSWORD 'untouched'")
        try server.sql("DROP ROLE IF EXISTS :\"role\"", ["role": name])
        try role(name, "first")
        let before = try others(than: name)
        let (old, new) = ((name, "first"), (name, "second"))
        #expect(try run(job(.preflight, ["role": name], current: old, asAdministrator: true)).outcome == .done)
        #expect(
            try run(job(.set, ["role": name], current: old, candidate: new, asAdministrator: true)).outcome == .done
        )
        #expect(try run(job(.test, candidate: new)).message == nil)
        #expect(try others(than: name) == before)
        #expect(try server.accepts("victim", "untouched"))
    }

    /// All roles and verifiers but those of one role.
    private func others(than name: String) throws -> String {
        try server.sql(
            "SELECT rolname, rolpassword FROM pg_authid WHERE rolname <> :'role' ORDER BY 1",
            ["role": name]
        )
    }

    // MARK: Other people's objects

    @Test("objects of the database's owner that are called as the server's own are not used, whatever path is set")
    func shadows() throws {
        try role("shaded", "first")
        try server.sql(
            """
            CREATE ROLE shadower LOGIN;
            CREATE ROLE warden SUPERUSER LOGIN PASSWORD 'of the warden';
            CREATE DATABASE hostile OWNER shadower;
            \\connect hostile
            SET ROLE shadower;
            CREATE SCHEMA shadow;
            CREATE FUNCTION shadow.trap(name, name) RETURNS boolean LANGUAGE plpgsql AS
                'BEGIN ALTER ROLE shadower SUPERUSER; RETURN true; END';
            CREATE OPERATOR shadow.= (LEFTARG = name, RIGHTARG = name, FUNCTION = shadow.trap);
            CREATE VIEW shadow.pg_roles AS SELECT 'nobody'::name AS rolname, true AS rolcanlogin;
            RESET ROLE;
            ALTER DATABASE hostile SET search_path = shadow, pg_catalog;
            ALTER ROLE warden SET search_path = shadow, pg_catalog;
            ALTER ROLE warden SET session_preload_libraries = auto_explain;
            ALTER ROLE warden SET auto_explain.log_min_duration = 0;
            ALTER ROLE warden SET auto_explain.log_settings = on;
            """
        )
        func isSprung() throws -> Bool {
            try server.sql("SELECT rolsuper FROM pg_authid WHERE rolname = 'shadower'") == "t\n"
        }
        // The trap works on whoever steps into it.
        try server.sql("\\connect hostile\nSELECT count(*) FROM pg_catalog.pg_roles WHERE rolname = 'shaded'")
        #expect(try isSprung())
        try server.sql("ALTER ROLE shadower NOSUPERUSER")

        let before = server.logBytes
        func asWarden(_ step: JobStep, _ role: String) throws -> JobResult {
            var job = try job(
                step,
                ["role": role],
                current: (role, "first"),
                candidate: (role, "second"),
                entry: "hostile"
            )
            job.helper = try .sample(["username": "warden", "password": "of the warden"])
            return try run(job)
        }
        let missing = try asWarden(.preflight, "nobody")
        #expect(missing.outcome == .failed && missing.message?.contains("no such role") == true)
        for step in [JobStep.preflight, .set, .test] {
            let result = try asWarden(step, "shaded")
            #expect(result.outcome == .done, "\(step): \(result.message ?? "")")
        }
        #expect(try server.accepts("shaded", "second") && !isSprung())
        // The path itself, as the server saw it.
        let seen = server.log(since: before)
        #expect(seen.contains("Settings: search_path = 'pg_catalog'") && !seen.contains("search_path = 'shadow"))
    }

    @Test("a name that the server would cut off is refused, and so is none")
    func longNames() throws {
        let name = String(repeating: "n", count: 64)
        try server.sql("DROP ROLE IF EXISTS :\"role\"", ["role": String(name.dropLast())])
        try role(String(name.dropLast()), "first")
        for bad in [name, ""] {
            let result = try run(job(.set, ["role": bad], candidate: (bad, "second"), asAdministrator: true))
            #expect(result.outcome == .failed && result.retry == false)
        }
        #expect(try server.accepts(String(name.dropLast()), "first"))
    }

    @Test("whoever stores a secret does not choose whose password an administrator changes")
    func chosenRole() throws {
        try role("precious", "first")
        for step in [JobStep.preflight, .set] {
            let job = try job(
                step,
                current: ("precious", "guess"),
                candidate: ("precious", "second"),
                asAdministrator: true
            )
            let result = try run(job)
            #expect(result.outcome == .failed && result.retry == false)
            #expect(result.message?.contains("must name the role") == true)
        }
        #expect(try server.accepts("precious", "first"))
    }

    @Test("a password that cannot be sent is refused, and nothing changes")
    func unusablePassword() throws {
        try role("nul", "first")
        let result = try run(
            job(
                .set,
                ["role": "nul"],
                current: ("nul", "first"),
                candidate: ("nul", "a\u{0}b"),
                asAdministrator: true
            )
        )
        #expect(result.outcome == .failed)
        #expect(try server.accepts("nul", "first"))
    }

    // MARK: What is refused

    @Test("settings that mean nothing need a person")
    func settings() throws {
        for (settings, words) in [
            (["strategy": "both"], "single or alternating"), (["roles": "acct_a"], "two names"),
            (["roles": "acct_a,acct_a"], "two names"), (["roles": "acct_a,acct_b,acct_c"], "two names"),
            (["roles": "acct_a,acct_b", "role": "acct_a"], "two names"),
            (["role": "other"], "not the secret's username"), (["roles": "acct_b,acct_c"], "none of the two roles"),
            (["owner": "acct_a"], "no setting owner"),
            (["strategy": "single", "roles": "acct_a,acct_b"], "for the strategy alternating"),
        ] {
            let result = try run(job(.preflight, settings, current: ("acct_a", "initial"), asAdministrator: true))
            #expect(result.outcome == .failed && result.retry == false)
            #expect(result.message?.contains(words) == true, "\(result.message ?? "")")
        }
    }

    @Test("preflight finds what later steps would fail of, and changes nothing")
    func preflight() throws {
        try role("pre_a", "first")
        try role("pre_b", "second")
        try role("pre_nologin", nil, options: "NOLOGIN")
        let current = ("pre_a", "first")
        let cases: [(Job, String, Bool)] = [
            (try job(.preflight, ["roles": "pre_a,pre_b"], current: current), "may not change the password", false),
            (
                try job(.preflight, ["roles": "pre_a,pre_missing"], current: current, asAdministrator: true),
                "no such role", false
            ),
            (
                try job(.preflight, ["roles": "pre_a,pre_nologin"], current: current, asAdministrator: true), "NOLOGIN",
                false
            ),
            (try job(.preflight, current: ("pre_a", "wrong")), "refuses the login of the current version", false),
            (try job(.preflight), "no role", false),
            (try job(.preflight, ["role": "pre_a"]), "nobody to log in as", false),
            (try job(.preflight, current: current, entry: "absent"), "cannot be reached", true),
            (try job(.preflight, current: current, entry: "no-database"), "3D000", false),
            (try job(.preflight, current: current, entry: "other"), "no worker.postgres.other", false),
        ]
        for (job, words, retry) in cases {
            let result = try run(job)
            #expect(result.outcome == .failed)
            #expect(result.retry == retry, "\(result.message ?? "")")
            #expect(result.message?.contains(words) == true, "\(result.message ?? "")")
        }
        #expect(try server.accepts("pre_a", "first") && server.accepts("pre_b", "second"))
    }

    @Test("over a network the server shows a certificate for its very name, from somebody who may vouch for it")
    func tls() throws {
        try role("remote", "first")
        let candidate = ("remote", "first")
        let result = try run(job(.test, candidate: candidate, entry: "tls"))
        #expect(result.outcome == .done, "\(result.message ?? "")")
        let before = server.logBytes
        for entry in ["tls-other", "tls-name"] {
            let result = try run(job(.test, candidate: candidate, entry: entry))
            #expect(result.outcome == .failed && result.retry == true)
            #expect(result.message?.contains("cannot be reached") == true, "\(result.message ?? "")")
        }
        // It was not even told who would log in.
        #expect(!server.log(since: before).contains("remote"))
    }

    @Test("a login that no password was asked for proves nothing")
    func trust() throws {
        try role("trusted", "first")
        let result = try run(job(.test, candidate: ("trusted", "anything"), entry: "trusting"))
        #expect(result.outcome == .failed && result.retry == false)
        #expect(result.message?.contains("asked for no password") == true)
    }

    @Test("a statement that waits too long is given up, and it is known that it did nothing")
    func lock() throws {
        try role("waiting", "first")
        let session = try server.hold("BEGIN; ALTER ROLE waiting CONNECTION LIMIT -1")
        let set = try job(
            .set,
            ["role": "waiting"],
            current: ("waiting", "first"),
            candidate: ("waiting", "second"),
            asAdministrator: true,
            timeout: 3
        )
        let result = try run(set)
        session.release()
        #expect(result.outcome == .failed && result.retry == true, "\(result.message ?? "")")
        #expect(try server.accepts("waiting", "first"))
    }

    @Test("a server that does not answer is given up in time, and what it may have done is not known to be undone")
    func silence() throws {
        try role("silent", "first")
        let session = try server.hold("BEGIN; ALTER ROLE silent CONNECTION LIMIT -1")
        let set = try job(.set, current: ("silent", "first"), candidate: ("silent", "second"), timeout: 20)
        let step = try StepProcess(set, configuration: workshop.configuration)
        let backend = try server.waitingBackend()
        kill(backend, SIGKILL)
        let result = try step.result()
        #expect(result.outcome == .unknown && result.retry == true, "\(result.message ?? "")")
        try ready()
        session.release()
    }

    /// After a crash of one of its processes the server starts all of them anew.
    private func ready() throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while (try? server.sql("SELECT 1")) == nil {
            guard ContinuousClock.now < deadline else { throw Unprepared(description: "the server did not come back") }
            Thread.sleep(forTimeInterval: 0.1)
        }
    }

    // MARK: Crashes

    @Test(
        "a worker killed while its statement waits at the server: the step done again leaves what it should",
        arguments: [JobStep.preflight, .set, .retire, .discard]
    )
    func killedInStatement(step: JobStep) throws {
        let (a, b) = ("kill_\(step.rawValue)_a", "kill_\(step.rawValue)_b")
        try role(a, "first")
        try role(b, step == .retire || step == .discard ? "second" : nil)
        let settings = ["roles": "\(a),\(b)"]
        let job = try job(
            step,
            settings,
            current: step == .retire ? (b, "second") : (a, "first"),
            candidate: (b, "second"),
            retiring: step == .retire ? (a, "first") : nil,
            asAdministrator: true
        )
        let session = try server.hold("BEGIN; ALTER ROLE \(a) CONNECTION LIMIT -1; ALTER ROLE \(b) CONNECTION LIMIT -1")
        let killed = try StepProcess(job, configuration: workshop.configuration)
        _ = try server.waitingBackend()
        killed.kill()
        session.release()
        #expect(try run(job).outcome == .done)
        #expect(try server.accepts(a, "first") == (step != .retire))
        #expect(try server.accepts(b, "second") == (step == .set || step == .retire))
    }

    @Test("a worker killed while it logs in: the step done again leaves what it should", arguments: JobStep.allCases)
    func killedInLogin(step: JobStep) throws {
        let name = "login_\(step.rawValue)"
        try role(name, step == .test ? "second" : "first")
        let (old, new) = ((name, "first"), (name, "second"))
        let job = try job(step, current: old, candidate: new, retiring: old)
        kill(server.pid, SIGSTOP)
        let killed = try StepProcess(job, configuration: workshop.configuration)
        Thread.sleep(forTimeInterval: 0.3)
        killed.kill()
        kill(server.pid, SIGCONT)
        #expect(try run(job).outcome == .done)
        #expect(try server.accepts(name, "second") == (step == .set || step == .test))
        #expect(try server.accepts(name, "first") == (step != .set && step != .test))
    }

    @Test("of a single role: a set that was done and not reported is done, and its discard goes back")
    func killedAfterSet() throws {
        try role("after", "first")
        let (old, new) = (("after", "first"), ("after", "second"))
        let session = try server.hold("BEGIN; ALTER ROLE after CONNECTION LIMIT -1")
        let killed = try StepProcess(
            job(.set, current: old, candidate: new),
            configuration: workshop.configuration
        )
        _ = try server.waitingBackend()
        killed.kill()
        // Its statement goes on at the server without it.
        session.release()
        let deadline = ContinuousClock.now + .seconds(10)
        while try !server.accepts("after", "second"), ContinuousClock.now < deadline {
            Thread.sleep(forTimeInterval: 0.05)
        }
        #expect(try run(job(.set, current: old, candidate: new)).outcome == .done)
        #expect(try run(job(.discard, current: old, candidate: new)).outcome == .done)
        #expect(try server.accepts("after", "first"))
    }

    // MARK: Canaries

    @Test("a log of every statement has no password, and neither has anything that people are shown")
    func canaries() throws {
        let (first, second) = ("canary-first-4b1d", "canary second '\"\\ 9f")
        try server.sql(
            "SET log_statement = none; CREATE ROLE bird LOGIN; ALTER ROLE bird PASSWORD :'new'",
            ["new": first]
        )
        let (old, new) = (("bird", first), ("bird", second))
        let before = server.logBytes
        var texts: [String] = []
        for step in JobStep.allCases {
            for asAdministrator in [true, false] {
                let result = try run(
                    job(step, current: old, candidate: new, retiring: old, asAdministrator: asAdministrator)
                )
                texts += [result.message, result.stderr].compactMap { $0 }
            }
        }
        let wrong = try run(job(.test, candidate: ("bird", "canary-wrong-77")))
        texts.append(try #require(wrong.message))
        let log = server.log(since: before)
        #expect(log.contains("ALTER ROLE") && log.contains("SCRAM-SHA-256$"))
        for text in texts + [server.log] {
            #expect(!text.contains("canary"))
            #expect(!text.contains(PostgresServer.password))
            for secret in [first, second] { #expect(!text.contains(Data(secret.utf8).base64EncodedString())) }
        }
    }
}
