import NIOHTTP1
import WarderCore
import WarderModel
import WarderWire

/// The header fields that the vault looks at, checked once. Everything that could make two readers disagree is refused:
/// none of the fields that the vault goes by may stand twice.
struct RequestFields {
    var contentLength = 0
    var hasBody: Bool { contentLength > 0 }
    var isJSON = false
    /// `nil` without a token, or with one that is not spelled as one.
    var token: PresentedToken?
    /// From `If-None-Match: "v7"`.
    var knownVersion: UInt32?
    var presenceProof: String?
    /// From `traceparent`; what is malformed counts as absent, as W3C Trace Context asks.
    var traceID: String?
    var expectsContinue = false
    var keepsAlive = true

    init(_ head: HTTPRequestHead) throws(Problem) {
        guard head.version == .http1_1 else { throw .fatal("The vault speaks HTTP/1.1.") }
        var seen: Seen = []
        for (name, value) in head.headers {
            switch name.utf8.count {
            case 4 where name.matches("host"): try seen.add(.host)
            case 6 where name.matches("expect"):
                guard value.matches("100-continue") else { throw .fatal("Expect takes 100-continue only.") }
                expectsContinue = true
            case 6 where name.matches("origin"): throw .fatal("Browsers have no business here.")
            case 7 where name.matches("upgrade"), 7 where name.matches("trailer"):
                throw .fatal("Upgrades and trailers are not accepted.")
            case 10 where name.matches("connection"):
                if value.matches("close") { keepsAlive = false }
            case 11 where name.matches("traceparent"): traceID = Self.traceID(in: value)
            case 12 where name.matches("content-type"):
                try seen.add(.contentType)
                isJSON = value.matches("application/json") || value.matches("application/json; charset=utf-8")
            case 13 where name.matches("authorization"):
                try seen.add(.authorization)
                token = Self.token(in: value)
            case 13 where name.matches("if-none-match"):
                try seen.add(.ifNoneMatch)
                knownVersion = Self.version(in: value)
            case 14 where name.matches("content-length"):
                try seen.add(.contentLength)
                guard let length = Int(value), length >= 0, value.utf8.allSatisfy({ (48...57).contains($0) }) else {
                    throw .fatal("Content-Length is not a number.")
                }
                contentLength = length
            case 15 where name.matches("warder-presence"):
                try seen.add(.presence)
                presenceProof = value
            case 16 where name.matches("content-encoding"):
                throw .fatal("Compressed bodies are not accepted.", .unsupportedMediaType, .unsupportedMediaType)
            case 17 where name.matches("transfer-encoding"):
                throw .fatal("Send the body with a Content-Length.", .lengthRequired)
            default: break
            }
        }
        guard seen.contains(.host) else { throw .fatal("A Host field is needed.") }
    }

    /// Fields that were met.
    private struct Seen: OptionSet {
        let rawValue: UInt8

        static let host = Seen(rawValue: 1)
        static let contentLength = Seen(rawValue: 2)
        static let contentType = Seen(rawValue: 4)
        static let authorization = Seen(rawValue: 8)
        static let ifNoneMatch = Seen(rawValue: 16)
        static let presence = Seen(rawValue: 32)

        mutating func add(_ field: Seen) throws(Problem) {
            guard insert(field).inserted else { throw .fatal("A header field stands twice.") }
        }
    }

    private static func token(in value: String) -> PresentedToken? {
        guard value.utf8.count > 7, value.prefix(7).matches("bearer ") else { return nil }
        return PresentedToken(text: value.dropFirst(7))
    }

    private static func version(in value: String) -> UInt32? {
        guard value.hasPrefix("\"v"), value.hasSuffix("\"") else { return nil }
        let digits = value.dropFirst(2).dropLast()
        return digits.utf8.allSatisfy({ (48...57).contains($0) }) ? UInt32(digits) : nil
    }

    /// `version-traceid-parentid-flags`, lowercase hexadecimal; an identifier of zeros names nothing.
    private static func traceID(in value: String) -> String? {
        let parts = value.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard parts.map(\.utf8.count) == [2, 32, 16, 2], parts.allSatisfy({ Hex.decode($0) != nil }),
            parts[0] != "ff", parts[1].utf8.contains(where: { $0 != 48 }), parts[2].utf8.contains(where: { $0 != 48 })
        else { return nil }
        return parts[1]
    }
}

extension Problem {
    /// A request after which the connection cannot go on.
    static func fatal(
        _ message: String,
        _ status: Answer.Status = .badRequest,
        _ code: ErrorCode = .invalidRequest
    ) -> Problem {
        var problem = Problem(status, code, message)
        problem.closes = true
        return problem
    }

    /// One more request that would wait, of a user who has as many already.
    static var tooManyLongPolls: Problem {
        var problem = Problem(
            .tooManyRequests,
            .rateLimited,
            "Too many requests wait already; end one, or do not wait."
        )
        problem.retryAfter = 5
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
