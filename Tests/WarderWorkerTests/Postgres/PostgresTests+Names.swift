import PostgresTesting
import Testing
import WarderWire

@testable import WarderWorker

/// Names, passwords and objects of other people that try to be more than they are.
extension PostgresTests {
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
}
