import DocumentReviewing
import Foundation
import Testing
import WarderModel

@testable import Reviewing

/// What a description of an API comes to before anything of it runs.
@Suite("Reviews of documents")
struct DocumentFactsTests {
    private static func example() throws -> ReviewFacts {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Examples").standardized
        let file = root.appending(path: "subscription-platform/openapi.yaml")
        return try DocumentFacts.read(
            Array(try Data(contentsOf: file)),
            server: ServerName("shop"),
            name: "openapi.yaml",
            at: Sample.now.time
        )
    }

    @Test("the subscription platform: three levels of risk, and the three findings that it is known for")
    func subscriptions() throws {
        let facts = try Self.example()
        let review = Review(facts)
        #expect(review.figures.tools == 5)
        #expect(review.figures.readOnly == 1)
        #expect(review.figures.sideEffect == 2)
        #expect(review.figures.critical == 2)
        #expect(review.figures.missingPermissions == .known(0))
        #expect(review.figures.auditCoverage.value?.percent == 0)
        #expect(review.figures.approvalCoverage.value?.percent == 0)
        // Refund without approval, change of owner without logging, cancellation with broad permissions.
        for id in [
            "approval-critical:shop/refund_payment", "tool-recorded:shop/change_account_owner",
            "broad-credential:shop/cancel_subscription",
        ] {
            #expect(review.finding(id) != nil, "\(id)")
        }
        #expect(review.finding("approval-critical:shop/get_subscription") == nil)
    }

    @Test("a document earns nothing for what only a vault can have")
    func withheld() throws {
        let review = Review(try Self.example())
        for part in [Part.authentication, .credentials, .exposure] {
            let score = try #require(review.score.parts.first { $0.part == part })
            #expect(score.earned == .zero)
        }
        #expect(review.score.value < 20)
    }

    @Test("what is no document is refused with its place")
    func refused() throws {
        let problem = #expect(throws: DocumentProblem.self) {
            try DocumentFacts.read(
                Array("openapi: 3.1.0\npaths: [\n".utf8),
                server: ServerName("shop"),
                name: "x",
                at: Sample.now.time
            )
        }
        #expect(problem?.description.contains("line") == true, "\(problem?.description ?? "")")
    }
}
