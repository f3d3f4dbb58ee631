import Foundation
import Glibc
import Testing

/// `warder report` with a real daemon: the page that explains it, and what its commands win back.
@Suite("Security reviews", .serialized)
struct ReportTests {
    private static let values = "a value of a secret"

    /// A report as far as these tests read it.
    private struct Report: Decodable {
        struct Finding: Decodable {
            struct Remedy: Decodable {
                let commands: [String]
                let advice: String?
            }
            let id: String
            let points: Double
            let remedy: Remedy
        }
        struct Points: Decodable {
            let earned: Double
            let lost: Double
            let withheld: Double
        }
        struct Figures: Decodable {
            struct Fact: Decodable {
                struct Share: Decodable {
                    let part: Int
                    let whole: Int
                }
                let known: Share?
            }
            let tools: Int
            let audit_coverage: Fact
            let approval_coverage: Fact
        }
        let score: Int
        let points: Points
        let figures: Figures
        let findings: [Finding]

        func finding(_ id: String) -> Finding? { findings.first { $0.id == id } }
    }

    private static func vault() throws -> VaultProcess {
        let vault = try VaultProcess(profile: "team")
        try vault.start()
        try vault.initialise()
        return vault
    }

    /// Runs a command as it stands, in the vault's folder.
    private static func run(
        _ command: String,
        in vault: VaultProcess,
        input: String = ""
    ) throws -> ProgramResult {
        try Program.run(
            "/bin/sh",
            ["-ec", "cd \(vault.directory); printf '%s' '\(input)' | \(command)"],
            environment: [
                "PATH": Programs.directory + ":/usr/bin:/bin", "WARDER_OPERATOR_SOCKET": vault.operatorSocket,
            ]
        )
    }

    private static func must(_ command: String, in vault: VaultProcess) throws {
        let result = try run(command, in: vault, input: command.contains("--stdin") ? values : "")
        #expect(result.status == 0, "\(command): \(result.errors)")
    }

    private static func report(_ vault: VaultProcess, _ options: String = "") throws -> Report {
        let result = try run("warder report --format json \(options)", in: vault)
        #expect(result.status == 0, "\(result.errors)")
        #expect(!result.output.contains(values))
        return try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    }

    // MARK: The page

    private static let known = [
        "approval-critical:shop/refund_payment", "tool-recorded:shop/change_account_owner",
        "broad-credential:shop/cancel_subscription",
    ]

    @Test("docs/operations/review.md, followed to the letter: three findings of the platform come, and go")
    func page() throws {
        let vault = try Self.vault()
        defer { vault.remove() }
        let page = try Runbook("review.md")
        let example = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Examples/subscription-platform/openapi.yaml").standardized
        try FileManager.default.copyItem(atPath: example.path, toPath: vault.directory + "/openapi.yaml")

        for command in try page.commands("Before anything runs") { try Self.must(command, in: vault) }
        let first = try page.commands("Before anything runs")[0]
        #expect(try page.missing(below: first, in: try Self.run(first, in: vault).output) == [])
        let before = try Self.report(vault, "--openapi openapi.yaml --server shop")
        #expect(before.figures.tools == 5)
        for id in Self.known { #expect(before.finding(id) != nil, "\(id)") }
        let html = try String(contentsOfFile: vault.directory + "/review.html", encoding: .utf8)
        #expect(html.contains("shop/refund_payment") && html.hasSuffix("</html>\n"))

        for command in try page.commands("What the findings say to do") { try Self.must(command, in: vault) }
        for command in try page.commands("Looking again") { try Self.must(command, in: vault) }
        let after = try Self.report(vault)
        #expect(after.figures.tools == 5)
        #expect(after.figures.audit_coverage.known?.part == 4 && after.figures.audit_coverage.known?.whole == 4)
        #expect(after.figures.approval_coverage.known?.part == 4 && after.figures.approval_coverage.known?.whole == 4)
        for id in Self.known { #expect(after.finding(id) == nil, "\(id)") }
        #expect(after.score > before.score)

        let question = try page.commands("One request")[0]
        let asked = try Self.run(question, in: vault)
        #expect(asked.status == 6, "\(asked.errors)")
        #expect(try page.missing(below: question, in: asked.output) == [], "\(asked.output)")

        let later = try page.commands("Not falling back")
        #expect(later.count == 4)
        for command in later[0...1] { try Self.must(command, in: vault) }
        let widened = try Self.run(later[2], in: vault)
        #expect(widened.status == 11, "\(widened.errors)")
        #expect(widened.output.contains("[new-grant:shop/get_subscription shop/refund]"))
        try Self.must(later[3], in: vault)
    }

    @Test("what the page says of the configuration ends the findings about it")
    func configuration() throws {
        let vault = try Self.vault()
        defer { vault.remove() }
        let ids = [
            "incident-path:incident_owner", "incident-path:escalation", "retention:retention",
            "checkpoint-outside:checkpoints", "checkpoint-outside:events",
        ]
        let before = try Self.report(vault)
        for id in ids { #expect(before.finding(id)?.remedy.advice?.contains("configuration") == true, "\(id)") }
        #expect(vault.stop() == 0)
        let checkpoints = vault.directory + "/checkpoints"
        try FileManager.default.createDirectory(atPath: checkpoints, withIntermediateDirectories: true)
        try vault.addSetting(
            """
            governance:
              incident_owner: on-call
              escalation: head of security
              retention: one year
            audit:
              checkpoints: \(checkpoints)
              file: \(vault.directory)/events.jsonl
            """
        )
        try vault.start()
        try vault.unseal()
        let after = try Self.report(vault)
        for id in ids { #expect(after.finding(id) == nil, "\(id)") }
        let lost = ids.compactMap { before.finding($0)?.points }.reduce(0, +)
        #expect(abs(before.points.lost - after.points.lost - lost) < 0.01 || after.points.lost < before.points.lost)
        #expect(after.points.earned > before.points.earned)
    }

    // MARK: Causes

    /// A cause of lost points: what brings it about, and what the capitals in its remedy are here.
    struct Cause: Sendable, CustomStringConvertible {
        let finding: String
        let setup: [String]
        var words: [String: String] = [:]

        var description: String { finding }
    }

    private static let shop = "warder server add shop --uid 900 --unit shop.service --owner payments"

    private static func secret(_ name: String) -> String { "warder secret put \(name) --owner payments --stdin" }

    static let causes = [
        Cause(
            finding: "approval-critical:shop/refund",
            setup: [
                shop, secret("shop/refund"), "warder tool add shop/refund --risk critical --category financial",
                "warder grant add shop/refund shop/refund --uses 1 --approval none --attestation pidfd",
            ]
        ),
        Cause(
            finding: "approval-critical:shop/refund",
            setup: [
                shop, secret("shop/refund"), "warder tool add shop/refund --risk critical --category financial",
                "warder grant add shop/refund shop/refund --uses 1 --attestation pidfd",
                "warder approval rule set critical financial --nobody --server shop",
            ]
        ),
        Cause(finding: "rate-limits:critical", setup: ["warder limit set --default --risk critical off"]),
        Cause(finding: "alerts:off spike", setup: ["warder alert rule set spike --off"]),
        Cause(
            finding: "alerts:muted spike server:shop",
            setup: [shop, "warder alert mute spike server:shop --for 2h --reason moving"],
            words: ["REASON": "moved"]
        ),
        Cause(
            finding: "approval-side-effect:shop/update",
            setup: [
                shop, secret("shop/update"), "warder tool add shop/update --risk side-effect",
                "warder grant add shop/update shop/update --uses 1 --approval none",
                // Without somebody to ask, the finding would only become another one.
                "warder operator add tess --uid 1003 --role approver --group team-lead",
            ]
        ),
        Cause(
            finding: "broad-credential:shop/get shop/refund",
            setup: [
                shop, secret("shop/refund"), secret("shop/spare"), "warder tool add shop/get --risk read-only",
                "warder tool add shop/refund --risk critical --category financial",
                "warder grant add shop/get shop/refund",
                "warder grant add shop/refund shop/refund --uses 1 --attestation pidfd",
            ],
            words: ["SECRET": "shop/spare"]
        ),
        Cause(
            finding: "tool-recorded:shop/refund",
            setup: [shop, secret("shop/spare"), "warder tool add shop/refund --risk critical --category financial"],
            words: ["SECRET": "shop/spare"]
        ),
        Cause(
            finding: "server-identity:shop",
            setup: ["warder server add shop --uid 900"],
            words: ["UNIT": "shop.service"]
        ),
        Cause(
            finding: "server-overlap:shop",
            setup: [shop, "warder server add mail --uid 900 --unit shop.service"],
            words: ["UID": "901"]
        ),
        Cause(
            finding: "broad-grant:shop/update shop/update",
            setup: [
                shop, secret("shop/update"), "warder tool add shop/update --risk side-effect",
                "warder grant add shop/update shop/update --ttl 1h",
            ]
        ),
        Cause(
            finding: "weak-attestation:shop/refund shop/refund",
            setup: [
                shop, secret("shop/refund"), "warder tool add shop/refund --risk critical",
                "warder grant add shop/refund shop/refund --uses 1",
            ]
        ),
        Cause(
            finding: "secret-schedule:shop/refund",
            setup: [secret("shop/refund")],
            words: ["ROTATOR": "random"]
        ),
        Cause(
            finding: "secret-owner:shop/refund",
            setup: ["warder secret put shop/refund --stdin"],
            words: ["WHO": "payments"]
        ),
        Cause(
            finding: "shared-secret:shop/key",
            setup: [
                shop, "warder server add mail --uid 901 --unit mail.service", secret("shop/key"),
                "warder tool add shop/get --risk read-only", "warder tool add mail/get --risk read-only",
                "warder grant add shop/get shop/key", "warder grant add mail/get shop/key",
            ]
        ),
    ]

    @Test("the commands of a finding, run as they stand, give back what it cost", arguments: causes)
    func cause(_ cause: Cause) throws {
        let vault = try Self.vault()
        defer { vault.remove() }
        for command in cause.setup { try Self.must(command, in: vault) }
        let before = try Self.report(vault)
        let finding = try #require(before.finding(cause.finding), "\(before.findings.map(\.id))")
        #expect(finding.points > 0)
        #expect(!finding.remedy.commands.isEmpty)
        for command in finding.remedy.commands {
            let whole = cause.words.reduce(command) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
            try Self.must(whole, in: vault)
        }
        let after = try Self.report(vault)
        #expect(after.finding(cause.finding) == nil)
        #expect(after.points.lost < before.points.lost, "\(after.findings.map(\.id))")
        #expect(after.points.earned > before.points.earned)
    }

    @Test("a server that asks for what a review is made of finds no such route")
    func doors() throws {
        let vault = try Self.vault()
        defer { vault.remove() }
        #expect(try vault.ask("GET", "/v1/report/facts").status == 200)
        // Only a server gets as far as the routes.
        try vault.furnish(uid: getuid())
        #expect(try vault.client().request("GET", "/v1/report/facts").status == 404)
    }
}
