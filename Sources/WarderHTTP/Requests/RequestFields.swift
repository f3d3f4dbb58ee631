import NIOHTTP1
import WarderCore
import WarderWire

/// The header fields that the vault looks at, checked once. Everything that could make two readers disagree is refused.
struct RequestFields {
    var contentLength = 0
    var hasBody: Bool { contentLength > 0 }
    var isJSON = false
    /// `nil` without a token, or with one that is not spelled as one.
    var token: PresentedToken?
    /// From `If-None-Match: "v7"`.
    var knownVersion: UInt32?
    var presenceProof: String?
    var expectsContinue = false
    var keepsAlive = true

    init(_ head: HTTPRequestHead) throws(Problem) {
        guard head.version == .http1_1 else { throw .fatal("The vault speaks HTTP/1.1.") }
        var hosts = 0
        var lengths = 0
        for (name, value) in head.headers {
            switch name.utf8.count {
            case 4 where name.matches("host"): hosts += 1
            case 6 where name.matches("expect"):
                guard value.matches("100-continue") else { throw .fatal("Expect takes 100-continue only.") }
                expectsContinue = true
            case 6 where name.matches("origin"): throw .fatal("Browsers have no business here.")
            case 7 where name.matches("upgrade"), 7 where name.matches("trailer"):
                throw .fatal("Upgrades and trailers are not accepted.")
            case 10 where name.matches("connection"):
                if value.matches("close") { keepsAlive = false }
            case 12 where name.matches("content-type"):
                isJSON = value.matches("application/json") || value.matches("application/json; charset=utf-8")
            case 13 where name.matches("authorization"):
                guard token == nil else { throw .fatal("Authorization stands twice.") }
                token = Self.token(in: value)
            case 13 where name.matches("if-none-match"): knownVersion = Self.version(in: value)
            case 14 where name.matches("content-length"):
                lengths += 1
                guard let length = Int(value), length >= 0, value.utf8.allSatisfy({ (48...57).contains($0) }) else {
                    throw .fatal("Content-Length is not a number.")
                }
                contentLength = length
            case 15 where name.matches("warder-presence"): presenceProof = value
            case 16 where name.matches("content-encoding"):
                throw .fatal("Compressed bodies are not accepted.", .unsupportedMediaType, .unsupportedMediaType)
            case 17 where name.matches("transfer-encoding"):
                throw .fatal("Send the body with a Content-Length.", .lengthRequired)
            default: break
            }
        }
        guard hosts == 1 else { throw .fatal("Exactly one Host field is needed.") }
        guard lengths <= 1 else { throw .fatal("Content-Length stands twice.") }
    }

    private static func token(in value: String) -> PresentedToken? {
        guard value.utf8.count > 7, value.prefix(7).matches("bearer ") else { return nil }
        return PresentedToken(text: value.dropFirst(7))
    }

    private static func version(in value: String) -> UInt32? {
        guard value.hasPrefix("\"v"), value.hasSuffix("\"") else { return nil }
        return UInt32(value.dropFirst(2).dropLast())
    }
}

extension Problem {
    /// A request after which the connection cannot go on.
    static func fatal(
        _ message: String, _ status: Answer.Status = .badRequest, _ code: ErrorCode = .invalidRequest
    ) -> Problem {
        var problem = Problem(status, code, message)
        problem.closes = true
        return problem
    }
}

extension StringProtocol {
    /// Equality of ASCII without regard to case; `other` is lowercase.
    fileprivate func matches(_ other: StaticString) -> Bool {
        guard utf8.count == other.utf8CodeUnitCount else { return false }
        return other.withUTF8Buffer { other in
            unsafe zip(utf8, other).allSatisfy { byte, wanted in
                ((65...90).contains(byte) ? byte + 32 : byte) == wanted
            }
        }
    }
}
