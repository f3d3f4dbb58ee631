import Testing
import WarderModel
import WarderWire

@testable import WarderCommands

/// A rehearsal that could not fail would show nothing: every way in which an attempt can come out wrong is one here.
@Suite("Judge of rehearsals")
struct JudgeTests {
    private static let decoy = "5c1d4e9f"
    private static let marker = "m00112233"

    /// What the vault says to an attempt, and what lies in its log.
    private struct Outcome: Sendable {
        var status: Int
        var body: String
        var events: [String]

        func changing(_ text: String, to other: String) -> Outcome {
            Outcome(
                status: status,
                body: body.replacing(text, with: other),
                events: events.map { $0.replacing(text, with: other) }
            )
        }

        func with(status: Int? = nil, body: String? = nil, events: [String]? = nil) -> Outcome {
            Outcome(status: status ?? self.status, body: body ?? self.body, events: events ?? self.events)
        }
    }

    private static func error(_ code: String) -> String {
        #"{"error":{"code":"\#(code)","message":"No.","request_id":"req-1"}}"#
    }

    private static func event(_ members: String) -> String {
        #"{"action":"use",\#(members),"seq":41,"time":"2026-11-21T09:30:00.250Z"}"#
    }

    private static func judge(
        _ outcome: Outcome,
        _ answer: RightAnswer,
        _ record: RightRecord
    ) throws -> (event: Int64?, fault: String?) {
        var judge = Judge(
            events: try outcome.events.map { try EventLine(parsing: Array($0.utf8)) },
            decoys: [decoy]
        )
        let reply = Reply(status: outcome.status, body: Array(outcome.body.utf8))
        let attempt = Attempt(tried: "it", replies: [reply], answer: answer, record: record)
        do throws(Judge.Fault) { return (try judge.judge(attempt), nil) } catch { return (nil, error.words) }
    }

    // MARK: A refusal

    private static let refused = Outcome(
        status: 403,
        body: error("denied"),
        events: [
            event(
                #""decision":"refused","reason":"grant_missing","request_id":"req-1","secret":"stage/write","server":"stage","token":"tok_1","tool":"read","type":"secret.resolve""#
            )
        ]
    )
    private static let wanted = EventPattern(
        .secretResolve,
        .grantMissing,
        tool: "stage/read",
        secret: "stage/write",
        token: "tok_1"
    )

    @Test("a refusal with its event is right, and the event's number is known")
    func refusal() throws {
        let (event, fault) = try Self.judge(Self.refused, .refused(403, .denied), .event(Self.wanted))
        #expect(event == 41 && fault == nil, "\(fault ?? "")")
    }

    /// Answers and logs of vaults that do not do what they should.
    private static let wrong: [(String, Outcome, String)] = [
        ("the value is given", refused.with(status: 200, body: #"{"value":"\#(decoy)"}"#), "a value was given"),
        ("the value stands in a refusal", refused.with(body: error("denied \(decoy)")), "a value was given"),
        ("another value is given", refused.with(status: 200, body: #"{"value":"x"}"#), "and not 403 denied"),
        ("no answer comes", refused.with(status: 0, body: ""), "no answer came"),
        ("it is refused for another cause", refused.with(status: 401, body: error("token_invalid")), "not 403 denied"),
        ("the code is another", refused.with(body: error("sealed")), "not 403 denied"),
        ("the log is empty", refused.with(events: []), "there is no event of it"),
        (
            "only another request is in the log",
            refused.with(events: refused.events.map { $0.replacing("req-1", with: "req-2") }), "there is no event of it"
        ),
        ("the log says that it was allowed", refused.changing("refused", to: "allowed"), "the decision allowed"),
        (
            "the log says another reason", refused.changing("grant_missing", to: "grant_expired"),
            "the reason grant_expired"
        ),
        (
            "the log names another tool", refused.changing(#""tool":"read""#, to: #""tool":"write""#),
            "the tool stage/write"
        ),
        ("the log names no secret", refused.changing(#""secret":"stage/write","#, to: ""), "the secret none"),
        ("the log names another secret", refused.changing("stage/write", to: "stage/read"), "the secret stage/read"),
        ("the log names another token", refused.changing("tok_1", to: "tok_2"), "the token tok_2"),
        (
            "the log says that something else was asked", refused.changing("secret.resolve", to: "token.issue"),
            "the type token.issue"
        ),
    ]

    @Test("whatever differs from a refusal that is recorded is a fault", arguments: wrong.indices)
    func wrongRefusal(_ index: Int) throws {
        let (title, outcome, words) = Self.wrong[index]
        let (event, fault) = try Self.judge(outcome, .refused(403, .denied), .event(Self.wanted))
        #expect(event == nil && fault?.contains(words) == true, "\(title): \(fault ?? "nothing is found")")
    }

    // MARK: Everything else

    private static let served = Outcome(
        status: 200,
        body: #"{"value":"\#(decoy)"}"#,
        events: [
            event(
                #""decision":"allowed","secret":"stage/read","server":"stage","token":"tok_1","tool":"read","type":"secret.resolve""#
            )
        ]
    )
    private static let serving = EventPattern(.secretResolve, tool: "stage/read", secret: "stage/read", token: "tok_1")

    @Test("an honest call has to get its value, and to stand in the log")
    func honest() throws {
        #expect(try Self.judge(Self.served, .value(Self.decoy), .event(Self.serving)).event == 41)
        let bad = [
            Self.served.with(body: #"{"value":"x"}"#), Self.served.with(status: 403, body: Self.error("denied")),
            Self.served.with(events: []), Self.served.changing("allowed", to: "refused"),
            Self.served.changing("tok_1", to: "tok_2"),
        ]
        for outcome in bad {
            #expect(try Self.judge(outcome, .value(Self.decoy), .event(Self.serving)).fault != nil, "\(outcome)")
        }
    }

    @Test("a call that waits has to wait for an approval of its own")
    func waiting() throws {
        let body = #"{"approval":"apr_2","state":"pending"}"#
        let asked = Outcome(
            status: 202,
            body: body,
            events: [
                Self.event(
                    #""approval":"apr_2","decision":"allowed","secret":"stage/pay","server":"stage","tool":"pay","type":"approval.request""#
                )
            ]
        )
        let pattern = EventPattern(.approvalRequest, tool: "stage/pay", secret: "stage/pay", approval: "apr_2")
        #expect(try Self.judge(asked, .waits(besides: ["apr_1"]), .event(pattern)).event == 41)
        #expect(try Self.judge(asked, .waits(besides: ["apr_2"]), .event(pattern)).fault != nil)
        let bad = [
            asked.with(status: 200, body: #"{"value":"\#(Self.decoy)"}"#),
            asked.with(body: #"{"approval":"apr_2","value":"\#(Self.decoy)"}"#), asked.with(events: []),
            asked.changing("approval.request", to: "secret.resolve"),
        ]
        for outcome in bad {
            let found = try Self.judge(outcome, .waits(besides: ["apr_1"]), .event(pattern))
            #expect(found.fault != nil, "\(outcome)")
        }
    }

    private static let malformed = event(
        #""changes":["uid=7","requests=2"],"decision":"allowed","server":"stage","type":"peer.malformed""#
    )

    @Test("a hostile name must come back neither in the answer nor in the log, become no question, and be counted")
    func names() throws {
        let events = Self.served.events + [Self.malformed]
        let right = Outcome(status: 400, body: Self.error("invalid_request"), events: events)
        let record = RightRecord.malformed(uid: 7, unquoted: Self.marker)
        #expect(try Self.judge(right, .misspelt(Self.marker), record).event == 41)
        let bad = [
            right.with(body: #"{"error":{"code":"invalid_request","message":"no \#(Self.marker)","request_id":"r"}}"#),
            right.with(status: 403, body: Self.error("denied")), right.with(status: 200, body: "{}"),
            right.with(events: Self.refused.events + [Self.malformed]),
            right.with(events: [
                Self.event(#""decision":"refused","purpose":"\#(Self.marker)","type":"secret.resolve""#),
                Self.malformed,
            ]),
            right.with(events: Self.served.events), right.changing("uid=7", to: "uid=8"),
            right.changing("peer.malformed", to: "peer.unknown"), right.changing("requests=2", to: "requests=0"),
        ]
        for outcome in bad {
            #expect(try Self.judge(outcome, .misspelt(Self.marker), record).fault != nil, "\(outcome)")
        }
    }

    @Test("one count stands for so many attempts, and for none more")
    func counts() throws {
        var judge = Judge(events: [try EventLine(parsing: Array(Self.malformed.utf8))], decoys: [])
        let reply = Reply(status: 400, body: Array(Self.error("invalid_request").utf8))
        let attempt = Attempt(
            tried: "it",
            replies: [reply],
            answer: .misspelt(Self.marker),
            record: .malformed(uid: 7, unquoted: Self.marker)
        )
        for _ in 0..<2 { _ = try judge.judge(attempt) }
        #expect(throws: Judge.Fault("the log counts 2 such requests of user 7, and not 3")) {
            _ = try judge.judge(attempt)
        }
    }

    @Test("requests that are only counted have to be counted, for the right user")
    func counted() throws {
        let right = Outcome(
            status: 403,
            body: Self.error("denied"),
            events: [Self.event(#""changes":["uid=7","requests=2"],"decision":"allowed","type":"peer.unknown""#)]
        )
        let record = RightRecord.counted(.peerUnknown, uid: 7, atLeast: 2)
        #expect(try Self.judge(right, .refused(403, .denied), record).event == 41)
        for outcome in [
            right.with(events: []), right.changing("uid=7", to: "uid=8"),
            right.changing("requests=2", to: "requests=1"),
            right.changing("peer.unknown", to: "peer.sealed"),
        ] {
            #expect(try Self.judge(outcome, .refused(403, .denied), record).fault != nil, "\(outcome)")
        }
    }

    @Test("an attempt with several answers fails with any of them, and one without any has shown nothing")
    func several() throws {
        let right = Reply(status: 400, body: Array(Self.error("invalid_request").utf8))
        let wrong = Reply(status: 200, body: Array("{}".utf8))
        for replies in [[right, wrong], [wrong, right], []] {
            let attempt = Attempt(
                tried: "it",
                replies: replies,
                answer: .misspelt(Self.marker),
                record: .malformed(uid: 7, unquoted: Self.marker)
            )
            #expect(throws: Judge.Fault.self) {
                var judge = Judge(events: [], decoys: [])
                _ = try judge.judge(attempt)
            }
        }
    }

    @Test("a value in a header is a fault of any answer, and so is one in the answer to a name that cannot be")
    func header() throws {
        func fault(_ reply: Reply, _ answer: RightAnswer) -> String? {
            let events = [try? EventLine(parsing: Array(Self.malformed.utf8))].compactMap(\.self)
            var judge = Judge(events: events, decoys: [Self.decoy])
            let record = RightRecord.malformed(uid: 7, unquoted: Self.marker)
            let attempt = Attempt(tried: "it", replies: [reply], answer: answer, record: record)
            do throws(Judge.Fault) {
                _ = try judge.judge(attempt)
                return nil
            } catch {
                return error.words
            }
        }
        let no = Array(Self.error("invalid_request").utf8)
        let yes = Array(Self.served.body.utf8)
        let head = Array("x-repeated: \(Self.decoy)\n".utf8)
        #expect(fault(Reply(status: 400, body: no), .misspelt(Self.marker)) == nil)
        #expect(fault(Reply(status: 400, body: yes), .misspelt(Self.marker))?.contains("a value was given") == true)
        #expect(fault(Reply(status: 400, body: no, head: head), .misspelt(Self.marker)) != nil)
        #expect(fault(Reply(status: 200, body: yes), .value(Self.decoy)) == nil)
        #expect(fault(Reply(status: 200, body: yes, head: head), .value(Self.decoy)) != nil)
    }

    // MARK: Approvals one after the other

    /// Three calls after each other, as a vault answers and records them.
    private struct Approvals: Sendable {
        /// The approvals that the second and the third call are answered.
        var answered = ["apr_2", "apr_2"]
        /// What the log says: an event of each.
        var events = [("approval.request", "apr_2"), ("secret.resolve", "apr_2")]
    }

    /// The faults of a call that is asked about and of its repetition.
    private static func faults(_ approvals: Approvals) throws -> [String?] {
        let events = try approvals.events.enumerated().map { index, event in
            let (type, approval) = event
            let isRequest = type == "approval.request"
            let decision = isRequest ? #""allowed""# : #""refused","reason":"approval_pending""#
            let members =
                #""approval":"\#(approval)","decision":\#(decision),"secret":"stage/pay","server":"stage","#
                + #""tool":"pay","type":"\#(type)""#
            let text = Self.event(members).replacing(#""seq":41"#, with: #""seq":\#(41 + index)"#)
            return try EventLine(parsing: Array(text.utf8))
        }
        var judge = Judge(events: events, decoys: [decoy])
        let replies = approvals.answered.map { approval in
            Reply(status: 202, body: Array(#"{"approval":"\#(approval)","state":"pending"}"#.utf8))
        }
        func pattern(_ action: Action, _ refusal: Refusal?) -> EventPattern {
            EventPattern(action, refusal, tool: "stage/pay", secret: "stage/pay", approval: "apr_2")
        }
        let attempts = [
            Attempt.waits("second", replies[0], besides: ["apr_1"], pattern(.approvalRequest, nil)),
            Attempt.waits("third", replies[1], for: "apr_2", pattern(.secretResolve, .approvalPending)),
        ]
        var faults: [String?] = []
        for attempt in attempts {
            do throws(Judge.Fault) {
                _ = try judge.judge(attempt)
                faults.append(nil)
            } catch {
                faults.append(error.words)
            }
        }
        return faults
    }

    @Test("a call that waits already has to wait for the same approval")
    func waitingStill() throws {
        #expect(try Self.faults(Approvals()) == [nil, nil])
        let elsewhere = [("approval.request", "apr_2"), ("secret.resolve", "apr_1")]
        let cases: [(Approvals, Int, String)] = [
            (Approvals(answered: ["apr_1", "apr_2"]), 0, "the earlier approval is taken for it"),
            (Approvals(answered: ["apr_2", "apr_1"]), 1, "another approval is asked for"),
            (Approvals(answered: ["apr_2", "apr_3"]), 1, "another approval is asked for"),
            (Approvals(events: [("approval.request", "apr_2")]), 1, "there is no event of it"),
            (Approvals(events: elsewhere), 1, "there is no event of it"),
        ]
        for (approvals, index, words) in cases {
            let fault = try Self.faults(approvals)[index]
            #expect(fault == words, "\(approvals)")
        }
    }

    @Test("an event speaks of one attempt, and of no other that would fit it")
    func usedOnce() throws {
        let event = try EventLine(parsing: Array(Self.served.events[0].utf8))
        let attempt = Attempt.served(
            "it",
            Reply(status: 200, body: Array(Self.served.body.utf8)),
            value: Self.decoy,
            Self.serving
        )
        var judge = Judge(events: [event], decoys: [Self.decoy])
        let found = try judge.judge(attempt)
        #expect(found == 41)
        let afterwards = judge
        #expect(throws: Judge.Fault("there is no event of it")) {
            var judge = afterwards
            _ = try judge.judge(attempt)
        }
    }
}
