import Testing
import WarderModel

@testable import Reviewing

/// What a report makes of a rehearsal that somebody brings.
@Suite("Rehearsals in a report")
struct RehearsalTests {
    private static let taken = Sample.now.time
    private static let steps = ["honest-call", "wrong-tool"]

    private static func record(
        _ outcomes: [CheckResult.Outcome] = [.passed, .passed],
        version: String = "1.2.3",
        daysAgo: Int64 = 1
    ) -> RehearsalRecord {
        RehearsalRecord(
            version: version,
            time: taken.adding(seconds: -86_400 * daysAgo),
            steps: zip(steps, outcomes).map {
                .init(name: $0, title: "a title", outcome: $1, evidence: "seen", attempts: [attempt()])
            }
        )
    }

    private static func attempt(fault: String? = nil) -> RehearsalRecord.Attempt {
        .init(tried: "it", answer: "403 denied", event: 41, record: "secret.resolve grant_missing", fault: fault)
    }

    /// The line of the checklist.
    private static func line(_ record: RehearsalRecord) throws -> ChecklistSection.Line {
        var facts = Sample.perfect()
        facts.rehearsal = try RehearsalRecord(reading: record.bytes)
            .fact(from: "r.json", version: "1.2.3", steps: steps, at: taken)
        let lines = Review(facts).checklist.flatMap(\.lines)
        return try #require(lines.first { $0.question == "Was misuse rehearsed?" })
    }

    @Test("one in which all was refused and recorded passes, and whose word that is stands beside it")
    func passed() throws {
        let line = try Self.line(Self.record())
        #expect(line.outcome == .passed)
        #expect(line.evidence.hasSuffix("as r.json claims, 2 steps, all refused and recorded."), "\(line.evidence)")
    }

    @Test("one step that failed fails the line, however old it is")
    func failed() throws {
        for days: Int64 in [1, 200] {
            let line = try Self.line(Self.record([.passed, .failed], daysAgo: days))
            #expect(line.outcome == .failed)
            #expect(line.evidence.contains("wrong-tool"))
        }
    }

    @Test(
        "an attempt with a fault fails its step, whatever the step says of itself",
        arguments: [CheckResult.Outcome.passed, .notEvaluated]
    )
    func faulty(said: CheckResult.Outcome) throws {
        var record = Self.record([.passed, said])
        record.steps[1].attempts.append(Self.attempt(fault: "a value was given"))
        #expect(record.failed.map(\.name) == ["wrong-tool"])
        let line = try Self.line(record)
        #expect(line.outcome == .failed)
        #expect(line.evidence.contains("wrong-tool"))
    }

    @Test("a step that was played without any attempt is none; a look at everything afterwards needs none")
    func unfounded() throws {
        var record = Self.record()
        record.steps[1].attempts = []
        #expect(throws: BaselineProblem.notAReview) { try RehearsalRecord(reading: record.bytes) }
        for name in ["log-team", "decoys-team"] {
            record.steps[1].name = name
            let read = try RehearsalRecord(reading: record.bytes)
            #expect(read.steps == record.steps)
        }
    }

    @Test("a version has at most 64 bytes")
    func version() throws {
        let longest = Self.record(version: String(repeating: "1", count: 64))
        let read = try RehearsalRecord(reading: longest.bytes)
        #expect(read.version == longest.version)
        let tooLong = Self.record(version: String(repeating: "1", count: 65)).bytes
        #expect(throws: BaselineProblem.notAReview) { try RehearsalRecord(reading: tooLong) }
    }

    @Test("a step that could not be played never counts as passed")
    func open() throws {
        let line = try Self.line(Self.record([.passed, .notEvaluated]))
        #expect(line.outcome == .notEvaluated)
        #expect(line.evidence.contains("not played: wrong-tool"))
    }

    @Test("what is too old, of tomorrow, of another version or of other steps says nothing about today")
    func notEvaluated() throws {
        var shorter = Self.record()
        shorter.steps.removeLast()
        var none = Self.record()
        none.steps = []
        let records = [
            Self.record(daysAgo: 91), Self.record(daysAgo: -1), Self.record(version: "1.2.2"), shorter, none,
        ]
        for record in records { #expect(try Self.line(record).outcome == .notEvaluated, "\(record)") }
        #expect(try Self.line(Self.record(daysAgo: 90)).outcome == .passed)
    }

    @Test("without one, the line is not evaluated")
    func missing() throws {
        var facts = Sample.perfect()
        facts.rehearsal = .notEvaluated("Nobody brought one.")
        let lines = Review(facts).checklist.flatMap(\.lines)
        #expect(lines.first { $0.question == "Was misuse rehearsed?" }?.outcome == .notEvaluated)
    }

    @Test("other documents are not taken for one")
    func otherDocuments() {
        #expect(throws: BaselineProblem.notJSON) { try RehearsalRecord(reading: Array("nothing".utf8)) }
        for text in ["[]", "{}", #"{"kind":"warder-review"}"#, #"{"kind":"warder-rehearsal","format":1}"#] {
            #expect(throws: BaselineProblem.notAReview) { try RehearsalRecord(reading: Array(text.utf8)) }
        }
        var later = Self.record()
        later.format = 2
        #expect(throws: BaselineProblem.laterFormat) { try RehearsalRecord(reading: later.bytes) }
    }
}
