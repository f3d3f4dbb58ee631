/// `PUT /v1/rotations/{name}`: how a secret is rotated, and when. Replaces what was said before.
package struct RotationRequest: Codable, Sendable {
    /// `random`, `exec:NAME` or `postgres:NAME`; names are those of the configuration.
    package var rotator: String
    /// The rotator's own, such as `length` or `roles`.
    package var settings: [String: String]?
    /// The secret with which the rotator logs in, where it does not use the rotated one.
    package var helper: String?
    /// `rate(12 hours)`, `cron(0 3 * * 1 Europe/Berlin)`, `P30D`; left out: only when somebody asks.
    package var schedule: String?
    /// `22:00-04:00 Europe/Berlin`: a rotation begins by itself only within.
    package var window: String?
    /// Longest random delay, in seconds.
    package var jitter: Int64?
    /// The latest age of a version, in seconds.
    package var maximumAge: Int64?
    /// How long before the upstream's expiry date it is rotated, in seconds.
    package var expiryLead: Int64?
    /// For how long both versions are valid at most, in seconds.
    package var overlap: Int64?
    /// Candidates that are tried before it waits for a person, 1 to 100.
    package var attempts: Int?

    enum CodingKeys: String, CodingKey {
        case rotator, settings, helper, schedule, window, jitter, overlap, attempts
        case maximumAge = "maximum_age"
        case expiryLead = "expiry_lead"
    }

    /// A request that says nothing but the rotator.
    package init(rotator: String) { self.rotator = rotator }
}

/// `POST /v1/rotate/{name}`.
package struct RotationStart: Codable, Sendable {
    /// Why, for the log.
    package var reason: String?
    /// The value is known to somebody who should not know it: the old one is not kept for consumers that are late.
    package var compromised: Bool?

    /// A start.
    package init(reason: String? = nil, compromised: Bool? = nil) {
        self.reason = reason
        self.compromised = compromised
    }
}

/// `POST /v1/rotate-pause/{name}`.
package struct RotationPause: Codable, Sendable {
    /// Whether rotations shall not begin by themselves.
    package var paused: Bool

    /// A pause or its end.
    package init(paused: Bool) { self.paused = paused }
}

/// `POST /v1/rotate-forget/{name}`.
package struct RotationForget: Codable, Sendable {
    /// The rotation that left the credential behind.
    package var rotation: String

    /// Names the rotation.
    package init(rotation: String) { self.rotation = rotation }
}

/// The answer to `POST /v1/rotate-test/{name}`.
package struct RotationTestResult: Codable, Sendable {
    /// `done`, `failed` or `unknown`.
    package var outcome: String
    /// One line of the rotator, without any secret.
    package var message: String?
    /// Whether the upstream accepts two credentials at once.
    package var overlaps: Bool?
    /// Who makes the new value: `vault` or `upstream`.
    package var makes: String?

    /// What the rotator said.
    package init(outcome: String, message: String?, overlaps: Bool?, makes: String?) {
        self.outcome = outcome
        self.message = message
        self.overlaps = overlaps
        self.makes = makes
    }
}

/// The answer to `GET /v1/rotations`.
package struct RotationList: Codable, Sendable {
    /// By name of the secret.
    package var rotations: [RotationSummary]

    /// A list.
    package init(rotations: [RotationSummary]) { self.rotations = rotations }
}

/// How a secret is rotated, and where it stands.
package struct RotationSummary: Codable, Sendable {
    /// A rotation under way, or the last one.
    package struct Run: Codable, Sendable {
        /// 32 hexadecimal digits.
        package var id: String
        /// `schedule`, `maximum-age`, `expiry`, `operator:NAME`, `compromise:NAME`.
        package var cause: String
        /// As somebody gave it.
        package var reason: String?
        /// How far it has come: the names of design documents, such as `overlapping`.
        package var phase: String
        /// `forward`, `retrying`, `failing`, `aborting`, `rolling-back`.
        package var course: String
        /// What it is at or waits for: `answer`, `worker`, `time`, `person`; left out at its end.
        package var waits: String?
        /// The step that a rotator is at, or is to do next.
        package var step: String?
        /// When it goes on by itself, RFC 3339.
        package var until: String?
        /// Candidates that were begun, this one included.
        package var attempt: Int
        /// The version before.
        package var from: UInt32?
        /// The version that is made.
        package var candidate: UInt32?
        /// RFC 3339.
        package var began: String
        /// RFC 3339.
        package var ended: String?
        /// What went wrong last.
        package var problem: Problem?

        enum CodingKeys: String, CodingKey {
            case id, cause, reason, phase, course, waits, step, until, attempt, from, candidate, began, ended, problem
        }

        /// A run with what every run has.
        package init(id: String, cause: String, phase: String, course: String, attempt: Int, began: String) {
            self.id = id
            self.cause = cause
            self.phase = phase
            self.course = course
            self.attempt = attempt
            self.began = began
        }
    }

    /// Why a step was not done.
    package struct Problem: Codable, Sendable {
        /// The step.
        package var step: String
        /// `failed` or `unknown`.
        package var outcome: String
        /// As the rotator said it, redacted.
        package var message: String?
        /// RFC 3339.
        package var time: String

        /// A problem.
        package init(step: String, outcome: String, message: String?, time: String) {
            self.step = step
            self.outcome = outcome
            self.message = message
            self.time = time
        }
    }

    /// A server that received a version.
    package struct Consumer: Codable, Sendable {
        /// Its name.
        package var server: String
        /// The version that it received last.
        package var version: UInt32
        /// When it received that first, RFC 3339.
        package var since: String
        /// When it came last, to within an hour; RFC 3339.
        package var seen: String

        /// A consumer.
        package init(server: String, version: UInt32, since: String, seen: String) {
            self.server = server
            self.version = version
            self.since = since
            self.seen = seen
        }
    }

    /// A credential that may still be valid at the upstream.
    package struct Orphan: Codable, Sendable {
        /// The rotation that left it.
        package var rotation: String
        /// `candidate` or `replaced`.
        package var kind: String
        /// Where its value is in the vault.
        package var version: UInt32?
        /// The upstream's own name of it.
        package var handle: String?
        /// RFC 3339.
        package var since: String

        /// An orphan.
        package init(rotation: String, kind: String, version: UInt32?, handle: String?, since: String) {
            self.rotation = rotation
            self.kind = kind
            self.version = version
            self.handle = handle
            self.since = since
        }
    }

    /// The secret's name.
    package var secret: String
    /// As in the request, defaults included.
    package var plan: RotationRequest
    /// The version that servers get.
    package var current: UInt32?
    /// When the upstream stops accepting it, RFC 3339.
    package var expires: String?
    /// Since when it does not begin by itself, RFC 3339.
    package var paused: String?
    /// When the last one gave consumers a new version, RFC 3339.
    package var lastDone: String?
    /// When the next one begins by itself, RFC 3339.
    package var next: String?
    /// `schedule`, `maximum-age`, `expiry`.
    package var nextBecause: String?
    /// What the vault makes, in words.
    package var makes: String?
    /// The one under way, or the last one.
    package var run: Run?
    /// By name of the server.
    package var consumers: [Consumer]
    /// What rotations left behind.
    package var orphans: [Orphan]

    enum CodingKeys: String, CodingKey {
        case secret, plan, current, expires, paused, next, makes, run, consumers, orphans
        case lastDone = "last_done"
        case nextBecause = "next_because"
    }

    /// A summary with what every one has.
    package init(secret: String, plan: RotationRequest, consumers: [Consumer], orphans: [Orphan]) {
        self.secret = secret
        self.plan = plan
        self.consumers = consumers
        self.orphans = orphans
    }
}
