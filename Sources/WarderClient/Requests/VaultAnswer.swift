import NIOHTTP1
import SecretMemory
import StrictJSON
import WarderModel
import WarderWire

/// An answer of the vault: a status and a body that is read once.
struct VaultAnswer {
    let status: Int
    /// Seconds.
    let retryAfter: Int?
    let body: AnswerBody

    /// The body of a successful answer.
    ///
    /// - Throws: What the vault's error means; `.protocolViolation` for a success other than the expected one, or a
    ///   body that is no JSON.
    func document(expecting expected: Int) throws(WarderClientError) -> JSONDocument {
        guard status == expected else { throw failure }
        return try parsed()
    }

    /// Checks an answer that has no body.
    func expect(_ expected: Int) throws(WarderClientError) {
        guard status == expected else { throw failure }
    }

    /// Reads a body through a wire type; keys that this version does not know are skipped.
    func decode<Value: Decodable>(_ type: Value.Type) throws(WarderClientError) -> Value {
        let document = try document(expecting: 200)
        do throws(JSONDecodingError) {
            return try document.decode(type, unknownKeys: .ignore)
        } catch {
            throw WarderClientError(.protocolViolation)
        }
    }

    private func parsed() throws(WarderClientError) -> JSONDocument {
        do throws(JSONError) {
            return try JSONDocument(parsing: body.finish(), limits: JSONLimits(maxBytes: 8 << 20))
        } catch {
            throw WarderClientError(.protocolViolation)
        }
    }

    private var failure: WarderClientError {
        guard status >= 400 else {
            // A token that waits for an approval is accepted and not there yet.
            guard status == 202 else { return WarderClientError(.protocolViolation) }
            return WarderClientError(.approvalRequired, approval: approval)
        }
        guard let error = try? parsed().root.member("error"), let code = try? error.member("code")?.string() else {
            return WarderClientError(Self.code(status: status), retryAfter: delay)
        }
        let requestID = try? error.member("request_id")?.string()
        return WarderClientError(
            Self.code(ErrorCode(rawValue: code)),
            serverCode: Self.isName(code) ? ErrorCode(rawValue: code) : nil,
            requestID: requestID.flatMap { Self.isRequestID($0) ? $0 : nil },
            retryAfter: delay
        )
    }

    /// The approval that a call waits for; nothing but a name that the vault can have given.
    private var approval: String? {
        let text = try? parsed().root.member("approval")?.string()
        return text.flatMap { try? ApprovalID($0) }?.text
    }

    private var delay: Duration? { retryAfter.map { .seconds(min(max($0, 0), 3_600)) } }

    /// What a code of the vault means to a caller.
    static func code(_ code: ErrorCode) -> WarderClientError.Code {
        switch code {
        case .denied: .refused
        case .approvalRequired: .approvalRequired
        case .approvalDenied: .approvalDenied
        case .notFound: .notFound
        case .tokenInvalid: .tokenInvalid
        case .sealed: .sealed
        case .restoredVault: .restoredVault
        case .notInitialised: .notInitialised
        case .rateLimited: .rateLimited
        case .unavailable: .unavailable
        case .auditUnavailable: .auditUnavailable
        case .internalError: .vaultFault
        case .invalidRequest, .methodNotAllowed, .conflict, .tooLarge, .unsupportedMediaType: .invalidRequest
        default: .unknown
        }
    }

    /// A refusal without a readable body, as a vault gives that is too busy to say more.
    private static func code(status: Int) -> WarderClientError.Code {
        switch status {
        case 429: .rateLimited
        case 503: .unavailable
        default: .protocolViolation
        }
    }

    /// Codes and ids end up in logs: nothing but their own alphabets gets there.
    private static func isName(_ text: String) -> Bool {
        (1...40).contains(text.utf8.count)
            && text.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_") }
    }

    private static func isRequestID(_ text: String) -> Bool {
        // Short enough that no token fits behind the prefix.
        text.hasPrefix("req_") && (5...40).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) || $0 == UInt8(ascii: "_")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            }
    }
}
