import Foundation
import PostgresTesting
import Testing
import WarderWire

@testable import WarderWorker

/// What a job is refused, and what nobody is shown of it.
extension PostgresTests {
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
