import Foundation
import Testing
import WarderModel

@testable import Reviewing

/// What findings say to do.
@Suite("Remedies of findings")
struct RemedyTests {
    @Test("a server keeps every condition that is not at fault, and goes on being launched where it is")
    func conditions() throws {
        var facts = Sample.perfect()
        facts.servers.change {
            $0[1].unit = "shop's.service"
            $0[1].sha256 = "00ff"
            $0[1].executable = "/usr/bin/shop"
            $0[1].launched = true
            $0[1].operators = ["ada"]
        }
        let finding = try #require(Review(facts).finding("shared-uid:shop"))
        #expect(
            finding.remedy.commands == [
                #"warder server update shop --uid UID --unit 'shop'\''s.service' --executable /usr/bin/shop "#
                    + "--executable-sha256 00ff --launch"
            ]
        )
    }

    @Test("findings about one server say the same, and so do findings about one grant")
    func alike() throws {
        var facts = Sample.perfect()
        facts.servers.change {
            $0[1].unit = nil
            $0[1].operators = ["ada"]
            $0[1].overlaps = ["mail"]
        }
        facts.tools[2].approval = .known(.waived)
        facts.grants.change {
            $0[2].waived = true
            $0[2].lifetime = 3600
            $0[2].attestation = .uid
        }
        let review = Review(facts)
        let servers = ["server-identity:shop", "shared-uid:shop", "server-overlap:shop"]
        let grants = [
            "approval-critical:shop/refund", "broad-grant:shop/refund shop/refund",
            "weak-attestation:shop/refund shop/refund",
        ]
        for (ids, last) in [
            (servers, "warder server update shop --uid UID --unit UNIT"),
            (
                grants,
                "warder grant add shop/refund shop/refund --field value --ttl 300s --uses 1 --attestation starttime"
            ),
        ] {
            for id in ids { #expect(review.finding(id)?.remedy.commands.last == last, "\(id)") }
        }
    }

    @Test("a grant that has ended lets nothing through: it is no fault, and nobody is told to renew it")
    func ended() {
        var facts = Sample.perfect()
        facts.grants.change {
            var ended = Sample.grant("shop/get", "shop/refund")
            ended.expires = Sample.ago(1)
            $0.append(ended)
        }
        #expect(Review(facts).findings.map(\.id) == [])
    }

    @Test(
        "a restore is the command that the page has which the finding names",
        arguments: ["log-signed:", "checkpoint-outside:contradicted"]
    )
    func restore(_ id: String) throws {
        var facts = Sample.perfect()
        facts.audit.change {
            $0.broken = true
            $0.stuck = [.checkpoints: .contradicted]
        }
        let remedy = try #require(Review(facts).finding(id)).remedy
        let name = try #require(remedy.advice?.firstMatch(of: #/docs/operations/[a-z-]+\.md/#)?.0)
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../\(name)")
        let text = try String(contentsOf: page, encoding: .utf8)
        let command = try #require(remedy.commands.first)
        #expect(remedy.commands.count == 1 && command.hasSuffix(" FILE"))
        #expect(text.contains("\n\(command.dropLast("FILE".count))/var/backups/warder/"))
    }

    @Test("docs/formats/report.md names every fault")
    func documented() throws {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../docs/formats/report.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        for kind in FaultKind.allCases { #expect(text.contains("`\(kind.rawValue)`"), "\(kind.rawValue)") }
    }

    @Test(
        "numbers and nouns agree",
        arguments: [("class", "2 classes"), ("decoy", "2 decoys"), ("key", "2 keys"), ("entry", "2 entries")]
    )
    func plurals(_ noun: String, _ two: String) { #expect(Words.count(2, noun) == two) }
}
