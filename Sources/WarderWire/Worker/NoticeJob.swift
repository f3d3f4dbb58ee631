package import SecretMemory
package import StrictJSON

/// Something that people should hear of, as the daemon hands it to the worker, and the worker to a program or a
/// webhook of the operator's (docs/formats/worker.md). It has no secret in it.
package struct NoticeJob: Decodable, Sendable {
    /// What program and webhook get.
    package struct Notice: Decodable, Sendable, Equatable {
        /// The same as long as it is about the same: whoever is told twice can tell.
        package var id: String
        /// Stable name: `rotation_waits`.
        package var kind: String
        /// Since when it is so, RFC 3339.
        package var time: String
        /// One sentence for people.
        package var text: String
        /// For programs, by name.
        package var facts: [String: String]

        package init(id: String, kind: String, time: String, text: String, facts: [String: String]) {
            self.id = id
            self.kind = kind
            self.time = time
            self.text = text
            self.facts = facts
        }
    }

    /// How somebody is told.
    package enum Way: String, Codable, Sendable, CaseIterable {
        case program, webhook
    }

    /// Names the job for as long as the daemon waits for its result.
    package var id: String
    /// How long telling it may take.
    package var timeout: JobSeconds
    package var notice: Notice
    /// Who has it already, from an earlier try that another one failed in: they are not told again.
    package var told: [Way]

    enum CodingKeys: String, CodingKey {
        case id, timeout, notice, told
    }

    package init(id: String, timeout: JobSeconds, notice: Notice, told: [Way] = []) {
        self.id = id
        self.timeout = timeout
        self.notice = notice
        self.told = told
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        guard Job.isID(id) else {
            throw JSONDecodingError(path: "$.id", expectation: "1 to 64 letters, digits, - and _")
        }
        timeout = try container.decode(JobSeconds.self, forKey: .timeout)
        notice = try container.decode(Notice.self, forKey: .notice)
        told = try container.decodeIfPresent([Way].self, forKey: .told) ?? []
    }

    /// The job as JSON, where jobs lie.
    package func json() throws(JobWritingError) -> SecretBytes {
        var buffer = JSONBuffer(capacity: 1024)
        buffer.beginObject()
        buffer.field("id", id)
        buffer.field("timeout", timeout.description)
        buffer.key("notice")
        notice.write(to: &buffer)
        if !told.isEmpty { buffer.field("told", told.map(\.rawValue)) }
        buffer.endObject()
        return try buffer.takeSecret()
    }
}

extension NoticeJob.Notice {
    /// The object that program and webhook get.
    package func json() throws(JobWritingError) -> SecretBytes {
        var buffer = JSONBuffer(capacity: 1024)
        write(to: &buffer)
        return try buffer.takeSecret()
    }

    fileprivate func write(to buffer: inout JSONBuffer) {
        buffer.beginObject()
        buffer.field("id", id)
        buffer.field("kind", kind)
        buffer.field("time", time)
        buffer.field("text", text)
        buffer.key("facts")
        buffer.beginObject()
        for (name, value) in facts.sorted(by: { $0.key < $1.key }) {
            buffer.key(text: name)
            buffer.string(value)
        }
        buffer.endObject()
        buffer.endObject()
    }
}

/// What a worker is given to do.
package enum WorkerJob: Decodable, Sendable {
    case step(Job)
    case notice(NoticeJob)

    private enum CodingKeys: String, CodingKey {
        case notice
    }

    package init(from decoder: any Decoder) throws {
        let isNotice = try decoder.container(keyedBy: CodingKeys.self).contains(.notice)
        self = isNotice ? .notice(try NoticeJob(from: decoder)) : .step(try Job(from: decoder))
    }

    /// Reads a job; unknown members are refused.
    package static func decode(_ document: JSONDocument) throws(JSONDecodingError) -> WorkerJob {
        try document.decode(WorkerJob.self)
    }

    package var id: String {
        switch self {
        case .step(let job): job.id
        case .notice(let job): job.id
        }
    }

    package var timeout: JobSeconds {
        switch self {
        case .step(let job): job.timeout
        case .notice(let job): job.timeout
        }
    }

    /// Every value that must not be seen.
    package var secrets: [SecretBytes] {
        switch self {
        case .step(let job): job.secrets
        case .notice: []
        }
    }

    /// The job as JSON, in locked memory.
    package func json() throws(JobWritingError) -> SecretBytes {
        switch self {
        case .step(let job): return try job.json()
        case .notice(let job): return try job.json()
        }
    }
}
