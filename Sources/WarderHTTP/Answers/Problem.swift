import StrictJSON
import WarderWire

/// A request that cannot be answered as asked: the code for programs, the words for people. Never quotes what was sent.
struct Problem: Error, Sendable {
    var status: Answer.Status
    var code: ErrorCode
    var message: String
    /// The event's reason; operators see it, servers do not.
    var reason: String?
    var retryAfter: Int?
    var allow: String?
    /// Whether what follows on the connection can still be understood.
    var closes = false
    /// Whether there was merely more of it than the vault takes. How much that is an agent chooses, by what it asks of a
    /// server's tool: nothing is held against the server.
    var isOverLimit = false

    init(_ status: Answer.Status, _ code: ErrorCode, _ message: String, reason: String? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.reason = reason
    }

    /// Whether the request could not be understood: there was no question to decide, so that no event has it.
    var isMalformed: Bool {
        if code == .tooLarge { return status == .headerFieldsTooLarge }
        return [.invalidRequest, .unsupportedMediaType].contains(code) && !isOverLimit
    }

    static func invalid(_ message: String) -> Problem { Problem(.badRequest, .invalidRequest, message) }

    static func overLimit(_ message: String) -> Problem {
        var problem = invalid(message)
        problem.isOverLimit = true
        return problem
    }

    func answer(requestID: String) -> Answer {
        var json = JSONBuffer(capacity: 256)
        json.beginObject()
        json.key("error")
        json.beginObject()
        json.field("code", code.rawValue)
        json.field("message", message)
        if let reason { json.field("reason", reason) }
        json.field("request_id", requestID)
        json.endObject()
        json.endObject()
        var answer = Answer(status, body: json.bytes)
        answer.retryAfter = retryAfter
        answer.allow = allow
        answer.closes = closes
        answer.failure = code
        return answer
    }
}
