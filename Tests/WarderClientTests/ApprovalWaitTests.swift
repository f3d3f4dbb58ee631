import Locking
import Testing

@testable import WarderClient

/// What a call does that people have to approve.
@Suite struct ApprovalWaitTests {
    private static let approval = "apr_0000000000000000000000"
    private static let accepted = StubAnswer.json(
        202,
        #"{"approval":"apr_0000000000000000000000","state":"pending","expires":"2027-01-01T00:00:00.000Z"}"#
    )

    private static func state(_ word: String) -> StubAnswer {
        .json(
            200,
            #"{"approval":"apr_0000000000000000000000","state":"\#(word)","expires":"2027-01-01T00:00:00.000Z"}"#
        )
    }

    @Test("without patience it fails at once, and the error names the approval")
    func impatient() async throws {
        try await TestVault.with { vault in
            vault.rules.change { $0.overrides["POST /v1/tokens"] = Self.accepted }
            let error = try await clientError { _ = try await vault.resolve() }
            #expect(error.code == .approvalRequired && error.approval == Self.approval)
            #expect(vault.stub.count("GET /v1/approvals/") == 0)
        }
    }

    @Test("with patience it waits until somebody has decided, and asks once more")
    func patient() async throws {
        try await TestVault.with {
            $0.approvalPatience = .seconds(60)
        } _: { vault in
            vault.rules.change {
                $0.overrides["POST /v1/tokens"] = Self.accepted
                $0.overrides["GET /v1/approvals/"] = Self.state("pending")
            }
            async let value = vault.resolve().unprotectedText()
            while vault.stub.count("GET /v1/approvals/") < 3 { await Task.yield() }
            vault.rules.change {
                $0.overrides["POST /v1/tokens"] = nil
                $0.overrides["GET /v1/approvals/"] = Self.state("approved")
            }
            let text = try await value
            #expect(text == "s3cret")
        }
    }

    @Test("a no ends the waiting, and so does a vault that asks for the same again")
    func denied() async throws {
        try await TestVault.with {
            $0.approvalPatience = .seconds(60)
        } _: { vault in
            vault.rules.change {
                $0.overrides["POST /v1/tokens"] = Self.accepted
                $0.overrides["GET /v1/approvals/"] = Self.state("denied")
            }
            let again = try await clientError { _ = try await vault.resolve() }
            #expect(again.code == .approvalRequired)
            #expect(vault.stub.count("POST /v1/tokens") == 2)
            vault.rules.change { $0.overrides["POST /v1/tokens"] = .error(403, "approval_denied") }
            let error = try await clientError { _ = try await vault.resolve() }
            #expect(error.code == .approvalDenied && error.isRefusal)
        }
    }

    @Test("patience ends")
    func ends() async throws {
        try await TestVault.with {
            $0.approvalPatience = .milliseconds(50)
        } _: { vault in
            vault.rules.change {
                $0.overrides["POST /v1/tokens"] = Self.accepted
                $0.overrides["GET /v1/approvals/"] = Self.state("pending")
            }
            let error = try await clientError { _ = try await vault.resolve() }
            #expect(error.code == .approvalRequired && error.approval == Self.approval)
        }
    }

    @Test("a name that no vault gives is not passed on")
    func badName() async throws {
        try await TestVault.with { vault in
            vault.rules.change {
                $0.overrides["POST /v1/tokens"] = .json(202, #"{"approval":"apr_1 HTTP/1.1"}"#)
            }
            let error = try await clientError { _ = try await vault.resolve() }
            #expect(error.code == .approvalRequired && error.approval == nil)
        }
    }
}
