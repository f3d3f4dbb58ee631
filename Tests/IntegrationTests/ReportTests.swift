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
            let id: String
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
        let figures: Figures
        let findings: [Finding]

        func finding(_ id: String) -> Finding? { findings.first { $0.id == id } }

        /// In a vault a finding may be about a tool and a secret of it.
        func finding(of id: String) -> Finding? { findings.first { $0.id == id || $0.id.hasPrefix(id + " ") } }
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

    /// Findings that lines of the configuration mend.
    private static let configured = [
        "checkpoint-outside:checkpoints", "checkpoint-outside:events", "retention:retention",
        "incident-path:incident_owner", "incident-path:escalation", "alerts:destinations",
    ]

    /// What the page has the configuration say, with directories of this test's own; a machine that builds has no journal.
    private static func configure(_ vault: VaultProcess, _ text: String) throws {
        let checkpoints = vault.directory + "/checkpoints"
        try FileManager.default.createDirectory(atPath: checkpoints, withIntermediateDirectories: true)
        try #require(text.contains("/var/lib/warder-checkpoints") && text.contains("journal: on"))
        #expect(vault.stop() == 0)
        try vault.addSetting(
            text.replacing("/var/lib/warder-checkpoints", with: checkpoints)
                .replacing("journal: on", with: "file: \(vault.directory)/events.jsonl")
                .replacing("/etc/warder/notify", with: "/usr/bin/true")
        )
        try vault.start()
        try vault.unseal()
    }

    @Test("docs/operations/review.md, every command of it: three findings of the platform come, and go")
    func page() throws {
        let vault = try Self.vault()
        defer { vault.remove() }
        let page = try Runbook("review.md")
        var followed: [String] = []
        func commands(_ heading: String) throws -> [String] {
            let commands = try page.commands(heading)
            followed += commands
            return commands
        }
        let example = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Examples/subscription-platform/openapi.yaml").standardized
        try FileManager.default.copyItem(atPath: example.path, toPath: vault.directory + "/openapi.yaml")

        let first = try commands("Before anything runs")
        for command in first { try Self.must(command, in: vault) }
        #expect(try page.missing(below: first[0], in: try Self.run(first[0], in: vault).output) == [])
        let before = try Self.report(vault, "--openapi openapi.yaml --server shop")
        #expect(before.figures.tools == 5)
        for id in Self.known { #expect(before.finding(id) != nil, "\(id)") }
        let html = try String(contentsOfFile: vault.directory + "/review.html", encoding: .utf8)
        #expect(html.contains("shop/refund_payment") && html.hasSuffix("</html>\n"))

        for command in try commands("What the findings say to do") { try Self.must(command, in: vault) }
        for command in try commands("Looking again") { try Self.must(command, in: vault) }
        let after = try Self.report(vault)
        #expect(after.figures.tools == 5)
        #expect(after.figures.audit_coverage.known?.part == 4 && after.figures.audit_coverage.known?.whole == 4)
        #expect(after.figures.approval_coverage.known?.part == 4 && after.figures.approval_coverage.known?.whole == 4)
        for id in Self.known { #expect(after.finding(of: id) == nil, "\(id)") }
        #expect(after.score > before.score)
        // What the document says of its tools is not lost on the way, and what it does not say is found as before.
        for check in ["tool-permissions", "tool-outputs"] {
            func ids(_ report: Report) -> [String] { report.findings.map(\.id).filter { $0.hasPrefix(check) } }
            #expect(ids(after) == ids(before), "\(check)")
        }
        for id in Self.configured { #expect(after.finding(id) != nil, "\(id)") }
        try Self.configure(vault, page.configuration("Looking again"))
        let configured = try Self.report(vault)
        for id in Self.configured { #expect(configured.finding(id) == nil, "\(id)") }
        #expect(configured.score > after.score)

        let question = try commands("One request")[0]
        let asked = try Self.run(question, in: vault)
        #expect(asked.status == 6, "\(asked.errors)")
        #expect(try page.missing(below: question, in: asked.output) == [], "\(asked.output)")

        let later = try commands("Not falling back")
        #expect(later.count == 4)
        for command in later[0...1] { try Self.must(command, in: vault) }
        let widened = try Self.run(later[2], in: vault)
        #expect(widened.status == 11, "\(widened.errors)")
        #expect(widened.output.contains("[new-grant:shop/get_subscription shop/refund]"))
        try Self.must(later[3], in: vault)

        let word = try commands("A person's word")
        try #require(word.count == 2)
        let sober = try Self.report(vault)
        try Self.must(word[0], in: vault)
        let said = try Self.run(word[1], in: vault)
        #expect(said.status == 0, "\(said.errors)")
        #expect(try page.missing(below: word[1], in: said.output) == [], "\(said.output)")
        #expect(try Self.report(vault).score <= sober.score)

        let misuse = try commands("A rehearsal of misuse")
        try #require(misuse.count == 2 && misuse[0].hasPrefix("sudo "))
        try Self.must(misuse[0].replacing("sudo ", with: ""), in: vault)
        let reviewed = try Self.run(misuse[1], in: vault)
        #expect(reviewed.status == 0, "\(reviewed.errors)")
        #expect(reviewed.output.contains("rehearsal.json"), "\(reviewed.output)")
        #expect(followed == page.commands, "every command of the page, in its order")
    }

    @Test("in a vault as well: nothing is covered before it is granted, and one secret for several tools is broad")
    func vaulted() throws {
        let vault = try Self.vault()
        defer { vault.remove() }
        let example = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Examples/subscription-platform/openapi.yaml").standardized
        try FileManager.default.copyItem(atPath: example.path, toPath: vault.directory + "/openapi.yaml")
        for command in [
            "warder server add shop --uid 900 --unit shop.service --owner payments",
            "warder tool import openapi openapi.yaml --server shop --yes",
            "warder secret put shop/key --owner payments --stdin",
        ] { try Self.must(command, in: vault) }
        #expect(try Self.report(vault).figures.approval_coverage.known == nil)

        let tools = ["update_subscription", "cancel_subscription", "refund_payment", "change_account_owner"]
        for tool in tools[0...1] {
            try Self.must("warder grant add shop/\(tool) shop/key --ttl 5m --uses 1", in: vault)
        }
        let two = try Self.report(vault)
        #expect(two.figures.approval_coverage.known?.part == 2 && two.figures.approval_coverage.known?.whole == 4)
        for tool in tools[0...1] { #expect(two.finding(of: "broad-credential:shop/\(tool)") != nil, "\(tool)") }
        for tool in tools[2...3] {
            try Self.must("warder grant add shop/\(tool) shop/key --ttl 5m --uses 1", in: vault)
        }
        let four = try Self.report(vault)
        for tool in tools { #expect(four.finding(of: "broad-credential:shop/\(tool)") != nil, "\(tool)") }
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
