import Foundation
import Reviewing
import Testing

/// What a document of an API loses points for: some of it is mended in the document, and the rest by a vault.
@Suite("Lost points of a document", .serialized)
struct DocumentPointTests {
    static let kinds: [FaultKind] = [.unstatedScopes, .undescribedAnswer] + unguarded.map(\.kind)

    /// What `warder report` says of a document in the desk's folder.
    private static func report(_ document: String, _ desk: ReviewDesk) async throws -> ReadReport {
        try await desk.report(["--openapi", desk.folder + "/" + document, "--server", "shop"])
    }

    private static func document(security: String, schema: String) -> String {
        """
        {"openapi":"3.1.0","components":{"securitySchemes":{"shop":{"type":"oauth2","flows":{"clientCredentials":
        {"tokenUrl":"https://shop.example/token","scopes":{"orders.read":"Look at orders."}}}}}},"paths":{"/orders":{"get":{"operationId":"get_orders","summary":"Get orders.",
        \(security)"responses":{"200":{"description":"Orders."\(schema)}}}}}}
        """
    }

    @Test("scopes and answers that are missing are written into the document where the finding says")
    func written() async throws {
        try await ReviewDesk.with { desk in
            let (poor, rich) = (desk.folder + "/poor.json", desk.folder + "/rich.json")
            try Self.document(security: "", schema: "").write(toFile: poor, atomically: true, encoding: .utf8)
            try Self.document(
                security: #""security":[{"shop":["orders.read"]}],"#,
                schema: #","content":{"application/json":{"schema":{"type":"object"}}}"#
            ).write(toFile: rich, atomically: true, encoding: .utf8)
            let before = try await Self.report("poor.json", desk)
            let after = try await Self.report("rich.json", desk)
            for (kind, check, place) in [
                (FaultKind.unstatedScopes, "tool-permissions", "`security`"),
                (.undescribedAnswer, "tool-outputs", "`responses`"),
            ] {
                let finding = try #require(before.finding(kind, exactly: "\(check):shop/get_orders"), "\(kind)")
                #expect(finding.remedy.commands.isEmpty && finding.remedy.advice?.contains(place) == true)
                Self.expect(after, passes: check, "1 of 1 tool.")
            }
            #expect(after.points.lost < before.points.lost)
            #expect(after.points.earned > before.points.earned)
        }
    }

    /// Somebody looked at the one thing there is, and found nothing.
    private static func expect(_ report: ReadReport, passes id: String, _ evidence: String) {
        let check = report.check(id)
        #expect(check?.outcome == .passed && check?.lost == 0, "\(id)")
        #expect(check?.evidence == evidence, "\(id)")
    }

    /// A tool of the example, and what a vault does for it.
    struct Unguarded: Sendable, CustomStringConvertible {
        let kind: FaultKind
        let finding: String
        /// What its check has seen of the vault once the one tool is protected; nothing is granted to the others.
        let evidence: String
        var description: String { finding }
    }

    static let unguarded: [Unguarded] = [
        Unguarded(kind: .unasked, finding: "approval-critical:shop/refund_payment", evidence: "1 of 2 tools."),
        Unguarded(
            kind: .unasked,
            finding: "approval-side-effect:shop/update_subscription",
            evidence: "1 of 2 tools."
        ),
        Unguarded(kind: .untraced, finding: "tool-recorded:shop/change_account_owner", evidence: "1 of 4 tools."),
        Unguarded(
            kind: .broadPermission,
            finding: "broad-credential:shop/cancel_subscription",
            evidence: "1 of 1 grant."
        ),
    ]

    @Test(
        "what nobody protects in a document is protected by the vault that the finding's commands set up",
        arguments: unguarded
    )
    func guarded(_ fault: Unguarded) async throws {
        try await ReviewDesk.with { desk in
            let example = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appending(path: "../../../Examples/subscription-platform/openapi.yaml").standardized
            try FileManager.default.copyItem(atPath: example.path, toPath: desk.folder + "/openapi.yaml")
            let before = try await Self.report("openapi.yaml", desk)
            let finding = try #require(
                before.finding(fault.kind, exactly: fault.finding),
                "\(before.findings.map(\.id))"
            )
            let words = ["UID": "900", "SECRET": "shop/own", "WHO": "payments", "FILE": "openapi.yaml"]
            // What has to be there stands before the commands.
            for command in ["warder server add shop --uid UID --owner WHO", "warder secret put SECRET"] {
                #expect(finding.remedy.advice?.contains(command) == true)
                let filled = try ReviewDesk.filled(command, words)
                let answers = command.contains("secret") ? LostPoint.value(of: "shop/own") : []
                try await desk.must(filled, answers: answers)
            }
            let typed = ["warder tool import": [CommandRun.Answer("Type shop to go on:", "shop")]]
            try await desk.mend(finding, words: words, answers: typed)
            let after = try await desk.report()
            #expect(after.findings.allSatisfy { $0.id.prefix { $0 != " " } != fault.finding })
            #expect(after.check(finding.check)?.evidence.hasPrefix(fault.evidence) == true)
            // Nothing of what the document says of its tools is lost on the way.
            for check in ["tool-owner", "tool-permissions"] {
                #expect(after.check(check)?.outcome == .passed, "\(check): \(after.findings.map(\.id))")
            }
            #expect(after.check("tool-outputs")?.evidence == before.check("tool-outputs")?.evidence)
            #expect(after.points.earned > before.points.earned)
        }
    }
}
