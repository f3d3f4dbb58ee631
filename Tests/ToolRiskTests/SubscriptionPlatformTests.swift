import OpenAPIDocuments
import Testing
import ToolDefinitions
import ToolRisk
import WarderModel

/// The example in Examples/subscription-platform, which documentation refers to.
@Suite struct SubscriptionPlatformTests {
    @Test func `five operations are of three risks`() throws {
        let document = try OpenAPIDocument(reading: Data.ours("Examples/subscription-platform/openapi.yaml"))
        let verdicts = document.operations.map { operation in
            let verdict = ToolClassifier.classify(operation.definition)
            return "\(operation.definition.name.text): \(verdict.risk.rawValue), \(verdict.category.rawValue)"
        }
        #expect(
            verdicts == [
                "get_subscription: read-only, standard",
                "update_subscription: side-effect, standard",
                "cancel_subscription: side-effect, standard",
                "refund_payment: critical, financial",
                "change_account_owner: critical, administrative",
            ]
        )
    }

    @Test func `every verdict says why, in sentences`() throws {
        let document = try OpenAPIDocument(reading: Data.ours("Examples/subscription-platform/openapi.yaml"))
        for operation in document.operations {
            let reasons = ToolClassifier.classify(operation.definition).reasons
            #expect(!reasons.isEmpty && Set(reasons).count == reasons.count)
            #expect(reasons.allSatisfy { $0.description.hasSuffix(".") })
        }
        let refund = try #require(document.operations.first { $0.operationID == "refund_payment" })
        #expect(ToolClassifier.classify(refund.definition).reasons.first?.description == "It moves money.")
    }
}
