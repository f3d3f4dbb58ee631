import StrictJSON
import Testing
import WarderModel
import WarderTesting
import WarderWire

@testable import WarderHTTP

/// Every refusal at both doors. Programs go by status and code: a change here is a change of the contract.
@Suite struct RefusalTests {
    /// Status, code, and seconds of `Retry-After`.
    static let table: [Refusal: (Int, String, Int?)] = [
        .sealed: (503, "sealed", nil), .notInitialised: (503, "not_initialised", nil),
        .alreadyInitialised: (409, "conflict", nil), .auditUnavailable: (503, "audit_unavailable", 1),
        .databaseDamaged: (503, "audit_unavailable", nil),
        .memoryNotLocked: (503, "unavailable", nil),

        .unknownPeer: (403, "denied", nil), .notAnOperator: (403, "denied", nil), .roleMissing: (403, "denied", nil),
        .presenceRequired: (403, "presence_required", nil), .presenceNotSet: (403, "denied", nil),
        .wrongPassphrase: (403, "wrong_passphrase", nil), .wrongKey: (403, "wrong_passphrase", nil),
        .enrolmentInvalid: (403, "denied", nil),
        .throttled: (429, "rate_limited", 30), .serverQuarantined: (403, "denied", nil),
        .serverAmbiguous: (400, "invalid_request", nil),
        .launcherOnly: (403, "denied", nil), .launchUnderWay: (429, "rate_limited", 1),
        .launchNested: (403, "denied", nil), .wayUpUnknown: (503, "unavailable", 1),
        .launchLimit: (429, "rate_limited", 1),
        .restoredVault: (503, "restored_vault", nil),

        .toolMissing: (403, "denied", nil), .toolOfAnotherServer: (403, "denied", nil),
        .toolDigestMissing: (403, "denied", nil), .toolDigestMismatch: (403, "denied", nil),
        .toolChanged: (403, "denied", nil), .offerChanged: (409, "conflict", nil),
        .grantMissing: (403, "denied", nil), .grantExpired: (403, "denied", nil),
        .fieldNotGranted: (403, "denied", nil),
        .attestationTooWeak: (403, "denied", nil), .approvalRequired: (403, "approval_required", nil),
        .approvalPending: (403, "approval_required", nil), .approvalDenied: (403, "approval_denied", nil),
        .approvalExpired: (409, "conflict", nil), .approvalDecided: (409, "conflict", nil),
        .approvalStale: (409, "conflict", nil), .approvalTwice: (409, "conflict", nil),
        .reviewOwed: (409, "conflict", nil),
        .approvalOwn: (403, "denied", nil), .approvalNotYours: (403, "denied", nil),
        .approvalLimit: (429, "rate_limited", 30),
        .tokenMissing: (401, "token_invalid", nil), .tokenUnknown: (401, "token_invalid", nil),
        .tokenExpired: (401, "token_invalid", nil), .tokenOfAnotherProcess: (401, "token_invalid", nil),
        .tokenExhausted: (401, "token_invalid", nil), .tokenLimit: (429, "rate_limited", 1),
        .rateLimited: (429, "rate_limited", 1),

        .secretMissing: (404, "not_found", nil), .secretDeleted: (404, "not_found", nil),
        .versionMissing: (404, "not_found", nil), .versionDestroyed: (404, "not_found", nil),
        .fieldMissing: (404, "not_found", nil), .valueDamaged: (500, "internal", nil),

        .keysDamaged: (500, "internal", nil),
        .keysChanged: (409, "conflict", nil), .slotMissing: (404, "not_found", nil),
        .slotLimit: (409, "conflict", nil), .lastSlot: (409, "conflict", nil),
        .slotTakesNoPassphrase: (400, "invalid_request", nil), .slotNotOpened: (400, "invalid_request", nil),
        .rotationUnderWay: (409, "conflict", nil), .sharesOutOfRange: (400, "invalid_request", nil),
        .shareMalformed: (400, "invalid_request", nil), .shareMistyped: (400, "invalid_request", nil),
        .shareForeign: (403, "denied", nil), .shareTwice: (409, "conflict", nil),
        .attemptUnknown: (409, "conflict", nil),

        .rotationMissing: (404, "not_found", nil), .rotationEnded: (409, "conflict", nil),
        .rotationBusy: (409, "conflict", nil), .rotationNotWaiting: (409, "conflict", nil),
        .rotationPromoted: (409, "conflict", nil), .rotationNotPromoted: (409, "conflict", nil),
        .rotationRetired: (409, "conflict", nil), .rotationSettings: (400, "invalid_request", nil),
        .rotationOrphaned: (409, "conflict", nil), .workerMissing: (503, "unavailable", nil),

        .checkFailed: (409, "conflict", nil), .alreadyExists: (409, "conflict", nil),
        .notFound: (404, "not_found", nil),
        .inUse: (409, "conflict", nil), .lastAdmin: (409, "conflict", nil),
        .selectorsEmpty: (400, "invalid_request", nil),
        .nothingToUndo: (409, "conflict", nil), .checkUnderWay: (409, "conflict", nil),
        .logBroken: (500, "internal", nil), .logContradicted: (409, "conflict", nil),
        .checkpointUnreadable: (409, "conflict", nil),
        .noRoom: (503, "unavailable", nil),
        .legalHold: (409, "conflict", nil), .tooRecent: (400, "invalid_request", nil),
    ]

    @Test("the table has every refusal")
    func complete() { #expect(Set(Self.table.keys) == Set(Refusal.allCases)) }

    @Test("a refusal has its status and code at both doors", arguments: Refusal.allCases)
    func golden(refusal: Refusal) throws {
        let (status, code, retryAfter) = try #require(Self.table[refusal])
        for problem in [Problem.forOperator(refusal), .forServer(refusal)] {
            #expect(problem.status.rawValue == status)
            #expect(problem.code.rawValue == code)
            #expect(problem.retryAfter == retryAfter)
            #expect(!problem.closes)
            #expect(problem.message.hasSuffix("."), "\(problem.message)")
            // What to run is for the command to say, which knows the names.
            #expect(!problem.message.contains("warder "), "\(problem.message)")
            #expect(problem.message.utf8.count <= 200)
        }
        #expect(Problem.forOperator(refusal).reason == refusal.rawValue)
    }

    @Test(
        "a reason that several nouns have names the one that the request was about",
        arguments: [
            (Refusal.notFound, Action.serverRelease, "There is no such server."),
            (.notFound, .toolAdd, "There is no such server."), (.notFound, .toolImport, "There is no such server."),
            (.notFound, .toolRemove, "There is no such tool."),
            (.notFound, .grantRemove, "There is no such grant."), (.notFound, .tokenRevoke, "There is no such token."),
            (.notFound, .operatorEnrol, "There is no such operator."),
            (.alreadyExists, .toolAdd, "There is a tool of this name already."),
            (.alreadyExists, .operatorAdd, "The name or the user is another operator's already."),
            (.inUse, .serverRemove, "The server still has tools; they have to go first."),
            (.nothingToUndo, .serverRelease, "The server is not quarantined."),
            (.nothingToUndo, .secretUndelete, "The secret is not deleted."),
            (
                .notAnOperator, .unsealCancel,
                "Root, the daemon's user and admins drop shares; in a sealed vault whoever was an admin when it was sealed, until the daemon restarts. An attempt also ends by itself."
            ),
        ]
    )
    func nouns(refusal: Refusal, action: Action, message: String) {
        #expect(Problem.forOperator(refusal, about: action).message == message)
    }

    @Test("a server never sees a reason: not in a field, and not in the words", arguments: Refusal.allCases)
    func noReason(refusal: Refusal) throws {
        let problem = Problem.forServer(refusal)
        #expect(problem.reason == nil)
        let body = try Node(json: problem.answer(requestID: "req_1").body)
        #expect(body["error"]?["reason"] == nil)
        let faults = Schema(document: .client).faults(of: body, in: APIDocument.client.error)
        #expect(faults.isEmpty != Self.peopleOnly.contains(refusal), "\(faults)")
    }

    @Test("servers cannot tell two refusals with the same code apart")
    func alike() {
        let hidden: Set<String> = ["denied", "token_invalid", "not_found", "approval_required"]
        for code in hidden {
            let answers = Refusal.allCases.map { Problem.forServer($0) }.filter { $0.code.rawValue == code }
                .map { $0.answer(requestID: "req_1").body }
            #expect(!answers.isEmpty && Set(answers).count == 1, "\(code)")
        }
    }

    @Test("an operator's answer fits the document, and names the reason", arguments: Refusal.allCases)
    func operators(refusal: Refusal) throws {
        let answer = Problem.forOperator(refusal).answer(requestID: "req_1")
        let body = try Node(json: answer.body)
        #expect(body["error"]?["reason"]?.text == refusal.rawValue)
        #expect(body["error"]?["request_id"]?.text == "req_1")
        let faults = Schema(document: .operator).faults(of: body, in: APIDocument.operator.error)
        #expect(faults.isEmpty != Self.serversOnly.contains(refusal), "\(faults)")
    }

    /// Come from commands that only the operator socket has, and have codes that only its document knows.
    private static let peopleOnly: Set<Refusal> = [
        .presenceRequired, .wrongPassphrase, .wrongKey, .checkUnderWay, .logContradicted, .checkpointUnreadable,
        .checkFailed, .alreadyExists, .inUse,
        .lastAdmin, .alreadyInitialised, .nothingToUndo, .keysChanged, .slotLimit, .lastSlot, .rotationUnderWay,
        .shareTwice,
        .attemptUnknown, .rotationEnded, .rotationBusy, .rotationNotWaiting, .rotationPromoted, .rotationNotPromoted,
        .rotationRetired, .rotationOrphaned, .legalHold, .approvalExpired, .offerChanged,
        .approvalDecided, .approvalStale, .approvalTwice, .reviewOwed,
    ]

    /// Come from commands that only the client socket has.
    private static let serversOnly: Set<Refusal> = [
        .approvalRequired, .approvalPending, .approvalDenied, .tokenMissing, .tokenUnknown, .tokenExpired,
        .tokenOfAnotherProcess, .tokenExhausted,
    ]
}

extension APIDocument {
    /// The schema of a failed answer.
    var error: Node { root["components"]?["schemas"]?["Error"] ?? .null }
}
