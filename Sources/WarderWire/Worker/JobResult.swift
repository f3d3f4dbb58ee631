package import SecretMemory
package import StrictJSON

/// What came of a job (docs/formats/worker.md): what the worker tells the daemon, and a hook the worker.
package struct JobResult: Decodable, Sendable {
    package enum Outcome: String, Codable, Sendable, CaseIterable {
        case done
        /// The step changed nothing.
        case failed
        /// The step may have changed something: it ran out of time, or lost its connection.
        case unknown
    }

    /// Who makes the new value.
    package enum Maker: String, Codable, Sendable, CaseIterable {
        case vault
        case upstream
    }

    /// Bytes.
    package static let maximumMessage = 500
    /// Bytes.
    package static let maximumHandle = 500
    /// Bytes of a hook's standard error that are kept.
    package static let maximumStderr = 4096
    /// Bytes: no moment is written longer.
    package static let maximumExpires = 40

    package var outcome: Outcome
    /// In `create`: the new version's fields; empty where the step decided nothing.
    package var fields: JobFields
    /// In `create`: the upstream's own id of the candidate.
    package var handle: String?
    /// In `create`: when the upstream stops accepting the candidate, RFC 3339.
    package var expires: String?
    /// In `preflight`: whether two versions can be valid at once.
    package var overlaps: Bool?
    /// In `preflight`: who makes the new value.
    package var makes: Maker?
    /// One line for people, without any secret.
    package var message: String?
    /// Whether trying again can help without a person; `nil` means that it can.
    package var retry: Bool?
    /// What a hook wrote for people, redacted. A hook never sends it.
    package var stderr: String?
    /// Of a notice that not everybody has: who has it. Empty where nobody has, and in everything else.
    package var told: [NoticeJob.Way]

    enum CodingKeys: String, CodingKey {
        case outcome, handle, expires, overlaps, makes, message, retry, stderr, told
    }

    package init(
        _ outcome: Outcome,
        fields: JobFields = JobFields(),
        handle: String? = nil,
        expires: String? = nil,
        overlaps: Bool? = nil,
        makes: Maker? = nil,
        message: String? = nil,
        retry: Bool? = nil,
        stderr: String? = nil,
        told: [NoticeJob.Way] = []
    ) {
        self.outcome = outcome
        self.fields = fields
        self.handle = handle
        self.expires = expires
        self.overlaps = overlaps
        self.makes = makes
        self.message = message
        self.retry = retry
        self.stderr = stderr
        self.told = told
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        outcome = try container.decode(Outcome.self, forKey: .outcome)
        fields = try JobFields(from: decoder)
        handle = try container.decodeIfPresent(String.self, forKey: .handle)
        expires = try container.decodeIfPresent(String.self, forKey: .expires)
        overlaps = try container.decodeIfPresent(Bool.self, forKey: .overlaps)
        makes = try container.decodeIfPresent(Maker.self, forKey: .makes)
        message = try container.decodeIfPresent(String.self, forKey: .message)
        retry = try container.decodeIfPresent(Bool.self, forKey: .retry)
        stderr = try container.decodeIfPresent(String.self, forKey: .stderr)
        told = try container.decodeIfPresent([NoticeJob.Way].self, forKey: .told) ?? []
        try Self.check(handle, "handle", limit: Self.maximumHandle)
        try Self.check(expires, "expires", limit: Self.maximumExpires)
        try Self.check(message, "message", limit: Self.maximumMessage)
        try Self.check(stderr, "stderr", limit: Self.maximumStderr)
    }

    private static func check(_ text: String?, _ name: String, limit: Int) throws(JSONDecodingError) {
        guard let text, text.utf8.count > limit else { return }
        throw JSONDecodingError(path: "$.\(name)", expectation: "at most \(limit) bytes")
    }
}

extension JobResult {
    /// What a result may have on the wire: 1 MiB of values in the longest spelling.
    package static let limits = JSONLimits(maxBytes: 8 << 20, maxDepth: 4)

    /// Reads a result; unknown members are refused.
    package static func decode(_ document: JSONDocument) throws(JSONDecodingError) -> JobResult {
        try document.decode(JobResult.self)
    }

    /// The result as JSON, in locked memory.
    package func json() throws(JobWritingError) -> SecretBytes {
        let words = [handle, message, stderr].reduce(512) { $0 + 6 * ($1 ?? "").utf8.count }
        var buffer = JSONBuffer(capacity: words + fields.capacity)
        buffer.beginObject()
        buffer.field("outcome", outcome.rawValue)
        try fields.write(to: &buffer)
        if let handle { buffer.field("handle", handle) }
        if let expires { buffer.field("expires", expires) }
        if let overlaps { buffer.field("overlaps", overlaps) }
        if let makes { buffer.field("makes", makes.rawValue) }
        if let message { buffer.field("message", message) }
        if let retry { buffer.field("retry", retry) }
        if let stderr { buffer.field("stderr", stderr) }
        if !told.isEmpty { buffer.field("told", told.map(\.rawValue)) }
        buffer.endObject()
        return try buffer.takeSecret()
    }
}
