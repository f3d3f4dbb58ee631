import Dispatch
import NIOHTTP1
import Rotating
import Sealing
import SecretMemory
import StrictJSON
import WarderCore
import WarderModel
import WarderWire

/// Work for the worker, the only routes of its socket (docs/formats/worker.md).
extension RouteTable {
    static let worker = RouteTable([
        Route(.POST, "/v1/jobs/take", body: .small) { exchange throws(Problem) in try exchange.takeJob() },
        Route(.POST, "/v1/jobs/{id}/result", body: .values) { exchange throws(Problem) in try exchange.endJob() },
    ])
}

extension Exchange {
    private static let longestWait = 55

    fileprivate func takeJob() throws(Problem) -> Work {
        let wait = min(try decode(TakeJob.self).wait.count, Self.longestWait)
        return .wait { finish in
            let end = vault.jobs.wait(on: connection) { assignment in
                finish { .success(assignment.map(JobAnswers.job) ?? Answer(.noContent)) }
            }
            DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(wait), execute: end)
            // The board hears of the connection's end.
            return {}
        }
    }

    fileprivate func endJob() throws(Problem) -> Work {
        guard let id = Hex.decode(parameters["id"] ?? "").flatMap({ RecordID(bytes: $0) }) else {
            throw .invalid("The job's id is 32 hexadecimal digits.")
        }
        let answer = try HandoutAnswer(decode(JobResult.self))
        guard vault.jobs.answer(id, from: connection.name, answer) else {
            throw Problem(.notFound, .notFound, "Nobody waits for the result of this job.")
        }
        return .done(Answer(.noContent))
    }
}

/// What there is to do, as the worker gets it.
enum JobAnswers {
    static func job(_ assignment: Assignment) -> Answer {
        switch assignment {
        case .step(let handout): return step(handout)
        case .notice(let order):
            do { return Answer(.ok, secretBody: try NoticeJob(order).json()) } catch {
                return SecretAnswers.withoutMemory
            }
        }
    }

    private static func step(_ handout: Handout) -> Answer {
        guard let rotator = WarderWire.Rotator(handout.rotator.text),
            let step = JobStep(rawValue: handout.step.rawValue)
        else { return Answer(.internalServerError) }
        let job = Job(
            id: handout.id.description,
            step: step,
            rotator: rotator,
            secret: handout.secret.text,
            rotation: handout.rotation.description,
            attempt: handout.attempt,
            timeout: JobSeconds(Int(handout.seconds)),
            settings: Dictionary(uniqueKeysWithValues: handout.settings.map { ($0.key.text, $0.value.text) }),
            current: handout.current.map(Job.Version.init),
            candidate: handout.candidate.map(Job.Version.init),
            retiring: handout.retiring.map(Job.Version.init),
            handle: handout.handle?.text,
            helper: handout.helper.map { JobFields($0.version.fields) }
        )
        do { return Answer(.ok, secretBody: try job.json()) } catch { return SecretAnswers.withoutMemory }
    }
}

extension NoticeJob {
    init(_ order: NoticeOrder) {
        self.init(
            id: order.id.description,
            timeout: JobSeconds(Int(order.seconds)),
            notice: Notice(
                id: order.notice.id,
                kind: order.notice.kind.rawValue,
                time: order.notice.time.description,
                text: order.notice.text,
                facts: order.notice.facts
            ),
            told: order.told.sorted { $0.rawValue < $1.rawValue }.map { $0 == .program ? .program : .webhook }
        )
    }
}

extension Job.Version {
    init(_ version: Handout.Version) {
        self.init(version: version.number, fields: JobFields(version.fields))
    }
}

extension JobFields {
    init(_ fields: SecretFields) {
        self.init(Dictionary(uniqueKeysWithValues: fields.values.map { ($0.key.text, $0.value) }))
    }
}

extension HandoutAnswer {
    /// What a rotator says, as far as the vault can use it.
    ///
    /// - Throws: for names of fields that no secret can have.
    init(_ result: JobResult) throws(Problem) {
        let outcome: StepOutcome =
            switch result.outcome {
            case .done: .done
            case .failed: .failed
            case .unknown: .unknown
            }
        self.init(
            StepAnswer(
                outcome,
                message: PlainText(taming: Self.words(result)),
                handle: result.handle.flatMap { try? PlainText($0) },
                overlaps: result.overlaps,
                maker: result.makes.map { $0 == .vault ? .vault : .upstream },
                mayRetry: result.retry ?? true
            ),
            fields: try Self.fields(result.fields),
            expires: try result.expires.map { text throws(Problem) in
                guard let moment = Timestamp(rfc3339: text) else { throw .invalid("expires is an RFC 3339 moment.") }
                return moment
            },
            told: Set(result.told.map { $0 == .program ? .program : .webhook })
        )
    }

    /// What people read: the message, and as much of what the hook wrote as there is room for. Its end says most.
    private static func words(_ result: JobResult) -> String {
        let separator = " · "
        let room = PlainText.maximumBytes - (result.message ?? "").utf8.count - separator.utf8.count
        let written = result.stderr.map { text in
            // From the beginning of a character on.
            String(decoding: Array(text.utf8.suffix(max(room, 0)).drop { $0 & 0xC0 == 0x80 }), as: UTF8.self)
        }
        return [result.message, written].compactMap(\.self).joined(separator: separator)
    }

    private static func fields(_ fields: JobFields) throws(Problem) -> SecretFields? {
        if fields.isEmpty { return nil }
        var values: [FieldName: SecretBytes] = [:]
        for (name, value) in fields.values { values[try Exchange.parse(name, what: "A field's name")] = value }
        do { return try SecretFields(values) } catch { throw .invalid("The fields are too many or too large.") }
    }
}
