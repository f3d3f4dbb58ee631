package import SecretMemory
package import StrictJSON

/// One step of one rotation, as the daemon hands it to the worker and the worker to a hook
/// (docs/formats/worker.md).
package struct Job: Decodable, Sendable {
    /// A version of the secret that is rotated.
    package struct Version: Decodable, Sendable {
        /// Its number.
        package var version: UInt32
        package var fields: JobFields

        enum CodingKeys: String, CodingKey {
            case version
        }

        package init(version: UInt32, fields: JobFields) {
            self.version = version
            self.fields = fields
        }

        package init(from decoder: any Decoder) throws {
            version = try decoder.container(keyedBy: CodingKeys.self).decode(UInt32.self, forKey: .version)
            fields = try JobFields(from: decoder)
        }
    }

    /// Names the job for as long as the daemon waits for its result.
    package var id: String
    package var step: JobStep
    package var rotator: Rotator
    /// Name of the secret.
    package var secret: String
    /// The same in all steps and repetitions of one rotation.
    package var rotation: String
    /// Counts the repetitions of this step, from 1.
    package var attempt: Int
    /// How long the step may take.
    package var timeout: JobSeconds
    /// What the operator set for this secret; text that no rotator ever evaluates.
    package var settings: [String: String]
    /// What is valid now; `nil` when the secret has no version yet.
    package var current: Version?
    /// In `create`: what the vault made, maybe nothing. Later: what has been stored.
    package var candidate: Version?
    /// In `retire`: the version that is to become invalid.
    package var retiring: Version?
    /// The upstream's own id of the candidate, as `create` answered it.
    package var handle: String?
    /// Fields of the secret that the rotator authenticates with, where one is set.
    package var helper: JobFields?

    enum CodingKeys: String, CodingKey {
        case id, step, rotator, secret, rotation, attempt, timeout, settings, current, candidate, retiring, handle
        case helper
    }

    package init(
        id: String,
        step: JobStep,
        rotator: Rotator,
        secret: String,
        rotation: String,
        attempt: Int = 1,
        timeout: JobSeconds,
        settings: [String: String] = [:],
        current: Version? = nil,
        candidate: Version? = nil,
        retiring: Version? = nil,
        handle: String? = nil,
        helper: JobFields? = nil
    ) {
        self.id = id
        self.step = step
        self.rotator = rotator
        self.secret = secret
        self.rotation = rotation
        self.attempt = attempt
        self.timeout = timeout
        self.settings = settings
        self.current = current
        self.candidate = candidate
        self.retiring = retiring
        self.handle = handle
        self.helper = helper
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        guard Self.isID(id) else {
            throw JSONDecodingError(path: "$.id", expectation: "1 to 64 letters, digits, - and _")
        }
        step = try container.decode(JobStep.self, forKey: .step)
        rotator = try container.decode(Rotator.self, forKey: .rotator)
        secret = try container.decode(String.self, forKey: .secret)
        rotation = try container.decode(String.self, forKey: .rotation)
        attempt = try container.decode(Int.self, forKey: .attempt)
        timeout = try container.decode(JobSeconds.self, forKey: .timeout)
        settings = try container.decodeIfPresent([String: String].self, forKey: .settings) ?? [:]
        current = try container.decodeIfPresent(Version.self, forKey: .current)
        candidate = try container.decodeIfPresent(Version.self, forKey: .candidate)
        retiring = try container.decodeIfPresent(Version.self, forKey: .retiring)
        handle = try container.decodeIfPresent(String.self, forKey: .handle)
        helper = try container.decodeIfPresent(JobFields.self, forKey: .helper)
    }

    /// Whether a text can be a job's id. It becomes a part of a path, so nothing in it may need escapes.
    package static func isID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                let letter = byte | 0x20
                return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-_".utf8.contains(byte)
            }
    }

    /// Every value that must not be seen: of all versions and of the helper.
    package var secrets: [SecretBytes] {
        [current?.fields, candidate?.fields, retiring?.fields, helper].compactMap { $0 }.flatMap { $0.values.values }
    }
}

extension Job {
    /// What a job may have on the wire: three versions and a helper of 1 MiB each, in the longest spelling.
    package static let limits = JSONLimits(maxBytes: 32 << 20)

    /// Reads a job; unknown members are refused.
    package static func decode(_ document: JSONDocument) throws(JSONDecodingError) -> Job {
        try document.decode(Job.self)
    }

    /// The job as JSON, in locked memory.
    package func json() throws(JobWritingError) -> SecretBytes {
        let all = [current?.fields, candidate?.fields, retiring?.fields, helper].compactMap { $0 }
        let words = settings.reduce(0) { $0 + 6 * ($1.key.utf8.count + $1.value.utf8.count) + 8 }
        var buffer = JSONBuffer(
            capacity: all.reduce(2048 + words + 6 * (secret.utf8.count + (handle ?? "").utf8.count)) {
                $0 + $1.capacity
            }
        )
        buffer.beginObject()
        buffer.field("id", id)
        buffer.field("step", step.rawValue)
        buffer.field("rotator", rotator.description)
        buffer.field("secret", secret)
        buffer.field("rotation", rotation)
        buffer.field("attempt", attempt)
        buffer.field("timeout", timeout.description)
        buffer.key("settings")
        buffer.beginObject()
        for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
            buffer.key(text: name)
            buffer.string(value)
        }
        buffer.endObject()
        try Self.write(current, key: "current", to: &buffer)
        try Self.write(candidate, key: "candidate", to: &buffer)
        try Self.write(retiring, key: "retiring", to: &buffer)
        if let handle { buffer.field("handle", handle) }
        if let helper {
            buffer.key("helper")
            buffer.beginObject()
            try helper.write(to: &buffer)
            buffer.endObject()
        }
        buffer.endObject()
        return try buffer.takeSecret()
    }

    private static func write(
        _ version: Version?,
        key: StaticString,
        to buffer: inout JSONBuffer
    ) throws(JobWritingError) {
        guard let version else { return }
        buffer.key(key)
        buffer.beginObject()
        buffer.field("version", version.version)
        try version.fields.write(to: &buffer)
        buffer.endObject()
    }
}

/// `POST /v1/jobs/take`.
package struct TakeJob: Decodable, Sendable {
    /// How long the worker will wait for a job.
    package var wait: JobSeconds

    package init(wait: JobSeconds) { self.wait = wait }

    /// The request's body.
    package var json: [UInt8] {
        var buffer = JSONBuffer(capacity: 32)
        buffer.beginObject()
        buffer.field("wait", wait.description)
        buffer.endObject()
        return buffer.bytes
    }
}
