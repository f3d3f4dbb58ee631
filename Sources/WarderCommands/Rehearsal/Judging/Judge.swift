import StrictJSON
import WarderModel
import WarderWire

/// Holds attempts against the log, once all of them are over. What comes of it depends on both alone.
struct Judge {
    /// Why an attempt did not come out right, in words for people.
    struct Fault: Error, Equatable {
        let words: String

        init(_ words: String) { self.words = words }
    }

    let events: [EventLine]
    /// What none but an honest call may get.
    let decoys: [String]
    /// Numbers of the events that speak of an earlier attempt, and of no other.
    private var used: Set<Int64> = []
    /// Requests that had to be counted as malformed, by user.
    private var malformed: [UInt32: Int] = [:]

    init(events: [EventLine], decoys: [String]) {
        self.events = events
        self.decoys = decoys
    }

    /// - Returns: the number of the event that speaks of it.
    mutating func judge(_ attempt: Attempt) throws(Fault) -> Int64? {
        guard !attempt.replies.isEmpty else { throw Fault("nothing was asked") }
        var found: Int64?
        for reply in attempt.replies {
            try check(reply, attempt.answer)
            found = try find(attempt.record, reply)
        }
        return found
    }

    // MARK: The answer

    private func check(_ reply: Reply, _ right: RightAnswer) throws(Fault) {
        guard reply.status != 0 else { throw Fault("no answer came") }
        guard !decoys.contains(where: reply.headContains) else { throw Fault("a value stands in the header") }
        switch right {
        case .value(let value):
            guard reply.status == 200, reply.text("value") == value else {
                throw Fault("it did not get its value: \(reply.words)")
            }
        case .token:
            guard reply.status == 201, reply.text("token") != nil else {
                throw Fault("it got no token: \(reply.words)")
            }
            try checkNoDecoy(reply)
        case .refused(let status, let code):
            try checkNoDecoy(reply)
            guard reply.status == status, reply.failure?.code == code else {
                throw Fault("the answer is \(reply.words) and not \(status) \(code.rawValue)")
            }
        case .waits(let known):
            guard try !known.contains(approval(of: reply)) else { throw Fault("the earlier approval is taken for it") }
        case .waitsStill(let right):
            guard try approval(of: reply) == right else { throw Fault("another approval is asked for") }
        case .misspelt(let name):
            try checkNoDecoy(reply)
            guard !reply.contains(name) else { throw Fault("the answer quotes the name") }
            guard reply.status == 400, reply.failure?.code == .invalidRequest else {
                throw Fault("the answer is \(reply.words) and not 400 invalid_request")
            }
        }
    }

    /// The approval that a call waits for.
    private func approval(of reply: Reply) throws(Fault) -> String {
        try checkNoDecoy(reply)
        guard reply.status == 202, let approval = reply.text("approval") else {
            throw Fault("nobody is asked: \(reply.words)")
        }
        return approval
    }

    private func checkNoDecoy(_ reply: Reply) throws(Fault) {
        guard !decoys.contains(where: reply.contains) else { throw Fault("a value was given: \(reply.words)") }
    }

    // MARK: The event

    private mutating func find(_ right: RightRecord, _ reply: Reply) throws(Fault) -> Int64? {
        switch right {
        case .event(let pattern): return try find(pattern, of: reply)
        case .counted(let action, let uid, let least): return try count(action, of: uid, atLeast: least)
        case .malformed(let uid, let name):
            if let id = reply.failure?.requestID, events.contains(where: { $0.text("request_id") == id }) {
                throw Fault("a name that cannot be became a question")
            }
            guard !events.contains(where: { String(decoding: $0.root.rawBytes, as: UTF8.self).contains(name) }) else {
                throw Fault("the log quotes the name")
            }
            // The counts of one user stand for all of theirs: this one, and those of earlier attempts.
            malformed[uid, default: 0] += 1
            return try count(.peerMalformed, of: uid, atLeast: malformed[uid] ?? 1)
        }
    }

    /// The last event that counts such requests of a user.
    private func count(_ action: Action, of uid: UInt32, atLeast least: Int) throws(Fault) -> Int64 {
        let counts = events.filter {
            $0.action == action && $0.change("uid") == String(uid)
        }.compactMap { event in event.change("requests").flatMap { Int($0) }.map { (event.number, $0) } }
        let total = counts.map(\.1).reduce(0, +)
        guard let last = counts.last, total >= least else {
            throw Fault("the log counts \(total) such requests of user \(uid), and not \(least)")
        }
        return last.0
    }

    private mutating func find(_ pattern: EventPattern, of reply: Reply) throws(Fault) -> Int64 {
        var candidates: [EventLine]
        if let request = reply.failure?.requestID {
            candidates = events.filter { $0.text("request_id") == request }
        } else {
            guard pattern.token != nil || pattern.approval != nil else { throw Fault("nothing tells its event") }
            candidates = events.filter {
                $0.action == pattern.action && (pattern.token == nil || $0.text("token") == pattern.token)
                    && (pattern.approval == nil || $0.text("approval") == pattern.approval)
            }
        }
        candidates.removeAll { used.contains($0.number) }
        guard let first = candidates.first else { throw Fault("there is no event of it") }
        if let event = candidates.first(where: { Self.differences(of: $0, from: pattern).isEmpty }) {
            used.insert(event.number)
            return event.number
        }
        let differences = Self.differences(of: first, from: pattern).joined(separator: ", ")
        throw Fault("event \(first.number) has \(differences)")
    }

    /// What an event says otherwise.
    private static func differences(of event: EventLine, from pattern: EventPattern) -> [String] {
        var differences: [String] = []
        func compare(_ what: String, _ found: String?, _ right: String?) {
            guard found != right else { return }
            differences.append("\(what) \(found ?? "none") and not \(right ?? "none")")
        }
        compare("the type", event.text("type"), pattern.action.rawValue)
        compare("the decision", event.text("decision"), pattern.refusal == nil ? "allowed" : "refused")
        compare("the reason", event.text("reason"), pattern.refusal?.rawValue)
        compare("the tool", event.tool, pattern.tool)
        compare("the secret", event.text("secret"), pattern.secret)
        if let token = pattern.token { compare("the token", event.text("token"), token) }
        if let approval = pattern.approval { compare("the approval", event.text("approval"), approval) }
        return differences
    }
}
