import Testing
import WarderWire

@testable import WarderCommands

/// Swift Testing has a type of this name too.
private typealias Status = WarderCommands.ExitStatus

@Suite("Exit status")
struct ExitStatusTests {
    @Test("the numbers are the published contract")
    func numbers() {
        let contract: [(Status, Int32)] = [
            (.done, 0), (.usage, 1), (.server, 2), (.notFound, 3), (.sealed, 4), (.denied, 5), (.approvalPending, 6),
            (.conflict, 7), (.unreachable, 8), (.auditUnavailable, 9), (.verificationFailed, 10), (.findings, 11),
            (.rotationNeedsAttention, 12), (.valueFound, 13), (.interrupted, 130),
        ]
        #expect(contract.count == Status.allCases.count)
        for (status, number) in contract { #expect(status.rawValue == number) }
        #expect(Status.statusUnsealed.rawValue == 0)
        #expect(Status.statusFailed.rawValue == 1)
        #expect(Status.statusSealed.rawValue == 2)
    }

    private static let mapping: [(ErrorCode, Status)] = [
        (.invalidRequest, .usage), (.tokenInvalid, .denied), (.denied, .denied), (.approvalRequired, .approvalPending),
        (.approvalDenied, .denied),
        (.presenceRequired, .denied), (.wrongPassphrase, .denied), (.notFound, .notFound), (.methodNotAllowed, .server),
        (.conflict, .conflict), (.tooLarge, .usage), (.unsupportedMediaType, .server), (.rateLimited, .server),
        (.internalError, .server), (.auditUnavailable, .auditUnavailable), (.sealed, .sealed),
        (.notInitialised, .sealed), (.unavailable, .server), (ErrorCode(rawValue: "a_code_of_tomorrow"), .server),
    ]

    @Test("every error code has its status")
    func codes() {
        for (code, status) in Self.mapping { #expect(Status(code) == status, "\(code.rawValue)") }
    }
}
