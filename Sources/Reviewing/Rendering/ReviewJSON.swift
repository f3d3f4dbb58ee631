import FoundationEssentials
import StrictJSON

/// A review as JSON: docs/formats/report.md.
package enum ReviewJSON {
    /// What a file says to be, so that no other document is taken for a baseline.
    package static let kind = "warder-review"

    private struct Document: Encodable {
        let format: Int
        let kind: String
        let score: Int
        let points: Score
        let figures: Figures
        let findings: [Finding]
        let checks: [CheckResult]
        let checklist: [ChecklistSection]
        let owasp: [RiskCoverage]
        let widening: Widening?
        let facts: ReviewFacts
    }

    /// One line, keys sorted; every character that could drive a terminal or turn text around is escaped.
    package static func bytes(of review: Review) -> [UInt8] {
        let document = Document(
            format: Review.format,
            kind: kind,
            score: review.score.value,
            points: review.score,
            figures: review.figures,
            findings: review.findings,
            checks: review.checks,
            checklist: review.checklist,
            owasp: review.risks,
            widening: review.widening,
            facts: review.facts
        )
        return encoded(document)
    }

    /// Facts alone, as the vault answers with them.
    package static func bytes(of facts: ReviewFacts) -> [UInt8] { encoded(facts) }

    static func encoded(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Numbers are finite and texts are text: nothing in a review can fail to be written.
        guard let data = try? encoder.encode(value),
            let document = try? JSONDocument(parsing: Array(data), limits: .review)
        else { return [] }
        var buffer = JSONBuffer()
        buffer.value(document.root)
        return buffer.bytes
    }

    // MARK: Reading

    /// The facts in a review that was written before, to compare with.
    ///
    /// - Throws: ``BaselineProblem`` for what is no review, or one of a form that came later.
    package static func facts(in bytes: [UInt8]) throws(BaselineProblem) -> ReviewFacts {
        let root: JSONNode
        do throws(JSONError) { root = try JSONDocument(parsing: bytes, limits: .review).root } catch {
            throw .notJSON
        }
        guard root.kind == .object, root.member("kind")?.isText(kind) == true, let facts = root.member("facts") else {
            throw .notAReview
        }
        return try read(facts)
    }

    /// Facts as the vault answers with them.
    package static func facts(answer bytes: [UInt8]) throws(BaselineProblem) -> ReviewFacts {
        let root: JSONNode
        do throws(JSONError) { root = try JSONDocument(parsing: bytes, limits: .review).root } catch {
            throw .notJSON
        }
        return try read(root)
    }

    private static func read(_ node: JSONNode) throws(BaselineProblem) -> ReviewFacts {
        let facts: ReviewFacts
        do throws(JSONDecodingError) {
            facts = try node.decode(ReviewFacts.self, unknownKeys: .ignore)
        } catch {
            throw .notAReview
        }
        guard facts.format == ReviewFacts.format else { throw .laterFormat }
        return facts
    }
}

/// Why a file cannot be compared with.
package enum BaselineProblem: Error, Equatable {
    case notJSON
    case notAReview
    /// Written by a later version.
    case laterFormat
}

extension JSONLimits {
    /// Of a review: tens of thousands of tools, each with its findings.
    static let review = JSONLimits(maxBytes: 64 << 20, maxDepth: 32, maxMembers: 65_536, maxTokens: 8 << 20)
}
