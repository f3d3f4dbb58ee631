import StrictJSON
package import WarderModel

/// What came of a rehearsal of misuse, as a file keeps it: docs/formats/report.md.
///
/// Nobody signs it. Whoever brings one says that it is so, and a report says who did.
package struct RehearsalRecord: Codable, Hashable, Sendable {
    /// What a file says to be, so that no other document is taken for one.
    package static let kind = "warder-rehearsal"
    package static let format = 1
    /// Of a version's text, in bytes.
    private static let maximumVersionBytes = 64

    /// One thing that was tried.
    package struct Attempt: Codable, Hashable, Sendable {
        package var tried: String
        /// The vault's answer, such as `403 denied`; of several doors, each once.
        package var answer: String
        /// Number of the event that speaks of it, in the log of a vault that is gone.
        package var event: Int64?
        /// What the log says of it; `none` where nothing was asked that could be decided.
        package var record: String
        /// Why it did not come out right; `nil` where it did.
        package var fault: String?

        package init(tried: String, answer: String, event: Int64?, record: String, fault: String?) {
            self.tried = tried
            self.answer = answer
            self.event = event
            self.record = record
            self.fault = fault
        }
    }

    /// One kind of misuse, or a look at everything afterwards.
    package struct Step: Codable, Hashable, Sendable {
        package var name: String
        package var title: String
        package var outcome: CheckResult.Outcome
        /// Why it failed, or was not played; what was looked at.
        package var evidence: String
        package var attempts: [Attempt]

        package init(
            name: String,
            title: String,
            outcome: CheckResult.Outcome,
            evidence: String,
            attempts: [Attempt] = []
        ) {
            self.name = name
            self.title = title
            self.outcome = outcome
            self.evidence = evidence
            self.attempts = attempts
        }

        /// What came of it: an attempt that did not come out right fails it, whatever it says of itself.
        var result: CheckResult.Outcome { attempts.contains { $0.fault != nil } ? .failed : outcome }

        /// A look at everything afterwards, at which nothing is tried.
        private var isLook: Bool { name.hasPrefix("log-") || name.hasPrefix("decoys-") }

        /// Whether there is something that it could have passed by.
        var isFounded: Bool { outcome != .passed || isLook || !attempts.isEmpty }
    }

    package var kind = Self.kind
    package var format = Self.format
    /// Of the programs that were tried.
    package var version: String
    package var time: Instant
    /// In the order in which they were played.
    package var steps: [Step]

    package init(version: String, time: Timestamp, steps: [Step]) {
        self.version = version
        self.time = Instant(time)
        self.steps = steps
    }

    /// Steps that did not come out right.
    package var failed: [Step] { steps.filter { $0.result == .failed } }

    // MARK: Writing and reading

    /// One line, keys sorted; every character that could drive a terminal or turn text around is escaped.
    package var bytes: [UInt8] { ReviewJSON.encoded(self) }

    /// - Throws: ``BaselineProblem`` for what is no such record, or one of a form that came later.
    package init(reading bytes: [UInt8]) throws(BaselineProblem) {
        let root: JSONNode
        do throws(JSONError) { root = try JSONDocument(parsing: bytes, limits: .review).root } catch {
            throw .notJSON
        }
        guard root.kind == .object, root.member("kind")?.isText(Self.kind) == true else { throw .notAReview }
        do throws(JSONDecodingError) {
            self = try root.decode(RehearsalRecord.self, unknownKeys: .ignore)
        } catch {
            throw .notAReview
        }
        guard format == Self.format else { throw .laterFormat }
        guard version.utf8.count <= Self.maximumVersionBytes, steps.allSatisfy(\.isFounded) else { throw .notAReview }
    }

    // MARK: As a fact

    /// What a report makes of it. A rehearsal of another version, of other steps or of tomorrow shows nothing about
    /// what runs today.
    ///
    /// - Parameters:
    ///   - file: The file's name, for the report.
    ///   - version: The version that is reported about.
    ///   - names: Every step that such a rehearsal has.
    ///   - now: When the report is made.
    /// - Returns: The fact, or why there is none.
    package func fact(
        from file: String,
        version: String,
        steps names: [String],
        at now: Timestamp
    ) -> Fact<RehearsalFacts> {
        guard self.version == version else {
            return .notEvaluated("The rehearsal in \(file) is of version \(self.version), and this is \(version).")
        }
        guard steps.map(\.name) == names else {
            return .notEvaluated("The rehearsal in \(file) does not have the steps that one of this version has.")
        }
        guard time.time <= now else { return .notEvaluated("The rehearsal in \(file) is from after this report.") }
        return .known(
            RehearsalFacts(
                last: time,
                passed: steps.count { $0.result == .passed },
                failed: failed.map(\.name),
                open: steps.filter { $0.result == .notEvaluated }.map(\.name),
                file: file
            )
        )
    }
}
