import WarderModel

@testable import Reviewing

extension Harness {
    /// Reports and results of rehearsals that somebody brings, and facts as the vault answers with them; the first byte
    /// says which.
    static let report = Harness("report") { input in
        var rest = Input(input)
        let kind = rest.byte()
        let bytes = Array(rest.rest)
        switch kind {
        case UInt8(ascii: "b"): if let facts = try? ReviewJSON.facts(in: bytes) { try review(facts) }
        case UInt8(ascii: "f"): if let facts = try? ReviewJSON.facts(answer: bytes) { try review(facts) }
        case UInt8(ascii: "r"): if let record = try? RehearsalRecord(reading: bytes) { try rehearsal(record) }
        default: return
        }
    }

    private static func review(_ facts: ReviewFacts) throws {
        let answer = try ReviewJSON.facts(answer: ReviewJSON.bytes(of: facts))
        try hold(answer == facts, "facts are read as they were written")
        let review = Review(facts, since: facts)
        try hold(try ReviewJSON.facts(in: ReviewJSON.bytes(of: review)) == facts, "a report is a baseline")
        if isNamedOnce(facts) {
            try hold(review.widening?.changes.isEmpty == true, "nothing is wider than itself")
        }
        try pages(review)
    }

    private static func rehearsal(_ record: RehearsalRecord) throws {
        try hold(try RehearsalRecord(reading: record.bytes) == record, "a result is read as it was written")
        let fact = record.fact(
            from: "r",
            version: record.version,
            steps: record.steps.map(\.name),
            at: record.time.time
        )
        guard let played = fact.value else { throw Broken(property: "a result of this version and time is taken") }
        let open = played.open?.count ?? 0
        try hold(played.passed + played.failed.count + open == record.steps.count, "every step came to something")
        var facts = empty
        facts.rehearsal = fact
        try pages(Review(facts))
        facts.rehearsal = record.fact(from: "r", version: "0", steps: [], at: record.time.time)
        try pages(Review(facts))
    }

    /// Whatever somebody called something, a page shows it and does nothing else.
    private static func pages(_ review: Review) throws {
        let lines = ReviewText.lines(of: review, width: 80)
        try hold(lines.allSatisfy { isShown($0) }, "a line drives no terminal")
        try hold(ReviewMarkdown.text(of: review).split(separator: "\n").allSatisfy { isShown($0) }, "nor does Markdown")
        let page = ReviewHTML.text(of: review)
        try hold(page.split(separator: "\n").allSatisfy { isShown($0) }, "nor does a page")
        try hold(!page.contains("<script") && !page.contains("<img"), "no name is an element")
    }

    private static func isShown(_ text: some StringProtocol) -> Bool {
        !text.unicodeScalars.contains(where: HiddenCharacter.contains)
    }

    /// As the vault names what it has: of two things of one name the second differs from the first.
    private static func isNamedOnce(_ facts: ReviewFacts) -> Bool {
        func isOnce(_ names: [String]?) -> Bool { Set(names ?? []).count == names?.count ?? 0 }
        return isOnce(facts.tools.map(\.name)) && isOnce(facts.servers.value?.map(\.name))
            && isOnce(facts.grants.value?.map { ExposureChecks.subject($0) })
            && isOnce(facts.secrets.value?.map(\.name)) && isOnce(facts.operators.value?.map(\.name))
            && isOnce(facts.alerts.value?.settings?.map(\.rule))
    }

    private static let empty = ReviewFacts(
        ofDocument: "d",
        taken: Instant(FixedKeys.time),
        profile: .team,
        tools: [],
        otherwise: "Nobody looked."
    )
}
