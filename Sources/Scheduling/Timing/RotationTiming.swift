package import WarderModel

/// When a secret is rotated: a schedule, and what moves or overrules it.
package struct RotationTiming: Hashable, Sendable {
    /// Longest jitter in seconds: a week.
    package static let longestJitterSeconds: Int64 = 604_800
    /// Time before an upstream's expiry date unless another one is set: a day.
    package static let standardExpiryLeadSeconds: Int64 = 86_400

    /// `nil`: by hand, or by age and expiry alone.
    package let schedule: Schedule?
    /// `nil`: at any time of the day.
    package let window: DailyWindow?
    /// Each run begins up to so many seconds after its slot, and never after the window closes.
    package let jitterSeconds: Int64
    /// A version is replaced before it is older, whatever schedule and window say.
    package let maximumAgeSeconds: Int64?
    /// So long before the upstream stops taking a version it is replaced, or in the middle of its life if it lives for
    /// less than twice that.
    package let expiryLeadSeconds: Int64

    /// - Throws: ``TimingError`` for a number out of its range.
    package init(
        schedule: Schedule?,
        window: DailyWindow? = nil,
        jitterSeconds: Int64 = 0,
        maximumAgeSeconds: Int64? = nil,
        expiryLeadSeconds: Int64 = standardExpiryLeadSeconds
    ) throws(TimingError) {
        guard (0...Self.longestJitterSeconds).contains(jitterSeconds) else {
            throw .jitter(longestSeconds: Self.longestJitterSeconds)
        }
        if let age = maximumAgeSeconds {
            guard (Schedule.leastSeconds...Schedule.longestSeconds).contains(age) else { throw .maximumAge }
        }
        guard (0...Schedule.longestSeconds).contains(expiryLeadSeconds) else { throw .expiryLead }
        self.schedule = schedule
        self.window = window
        self.jitterSeconds = jitterSeconds
        self.maximumAgeSeconds = maximumAgeSeconds
        self.expiryLeadSeconds = expiryLeadSeconds
    }

    private init(withoutSchedule timing: RotationTiming) {
        schedule = nil
        window = timing.window
        jitterSeconds = timing.jitterSeconds
        maximumAgeSeconds = timing.maximumAgeSeconds
        expiryLeadSeconds = timing.expiryLeadSeconds
    }

    /// What still holds while somebody has paused the schedule: maximum age and expiry.
    package var whilePaused: RotationTiming { RotationTiming(withoutSchedule: self) }

    /// When the secret is rotated next.
    ///
    /// However many runs were missed, one is due, and it is due now. The same slot is never due twice, and no clock that
    /// was ahead makes a secret wait for more than two intervals.
    ///
    /// - Parameters:
    ///   - secret: what decides on the jitter, together with the slot.
    ///   - past: what is stored of rotations so far.
    ///   - now: by the same clock as the times of `past`.
    /// - Returns: `nil` if the secret is rotated by hand alone.
    package func nextDue(of secret: RecordID, past: RotationPast, now: Timestamp) -> DueTime? {
        let times = [
            schedule.map { bySchedule($0, of: secret, past: past, now: now) },
            maximumAgeSeconds.map { byAge($0, past: past, now: now) },
            past.expires.flatMap { byExpiry($0, past: past, now: now) },
        ]
        // Of two at the same time the first one is named.
        return times.compactMap(\.self).min { $0.at < $1.at }
    }

    private func bySchedule(_ schedule: Schedule, of secret: RecordID, past: RotationPast, now: Timestamp) -> DueTime {
        let slot = schedule.next(after: past.anchor, anchor: past.anchor)
        if past.anchor > now {
            let following = schedule.next(after: now, anchor: now)
            if slot > schedule.next(after: following, anchor: following) {
                return DueTime(at: open(atOrAfter: now), slot: now, cause: .clockSetBack)
            }
        }
        let begin = delayed(slot, of: secret)
        // A run that was missed waits for the window like any other.
        return DueTime(at: begin <= now && !isOpen(now) ? open(atOrAfter: now) : begin, slot: slot, cause: .schedule)
    }

    /// The slot, moved into the window and by the jitter.
    private func delayed(_ slot: Timestamp, of secret: RecordID) -> Timestamp {
        var begin = slot
        var room = jitterSeconds * 1000
        if let window {
            let next = window.opening(atOrAfter: slot)
            begin = max(slot, next.opens)
            room = min(room, next.closes.milliseconds(since: begin))
        }
        return begin.adding(milliseconds: Jitter.milliseconds(of: secret, slot: slot, below: room))
    }

    private func isOpen(_ time: Timestamp) -> Bool { window?.contains(time) ?? true }

    private func open(atOrAfter time: Timestamp) -> Timestamp {
        window.map { max(time, $0.opening(atOrAfter: time).opens) } ?? time
    }

    private func byAge(_ age: Int64, past: RotationPast, now: Timestamp) -> DueTime {
        let end = (past.made ?? past.since).adding(seconds: age)
        if end > now.adding(seconds: 2 * age) { return DueTime(at: now, slot: now, cause: .clockSetBack) }
        return DueTime(at: end, slot: end, cause: .maximumAge)
    }

    private func byExpiry(_ expires: Timestamp, past: RotationPast, now: Timestamp) -> DueTime? {
        var lead = expiryLeadSeconds
        if past.since <= now {
            // The date of an older version.
            guard expires > past.since else { return nil }
            lead = min(lead, expires.milliseconds(since: past.since) / 2000)
        }
        let begin = expires.adding(seconds: -lead)
        return DueTime(at: begin, slot: begin, cause: .expiry)
    }
}

extension RotationTiming: Codable {
    private enum Key: String, CodingKey {
        case schedule, window, jitterSeconds, maximumAgeSeconds, expiryLeadSeconds
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        try self.init(
            schedule: container.decodeIfPresent(Schedule.self, forKey: .schedule),
            window: container.decodeIfPresent(DailyWindow.self, forKey: .window),
            jitterSeconds: container.decode(Int64.self, forKey: .jitterSeconds),
            maximumAgeSeconds: container.decodeIfPresent(Int64.self, forKey: .maximumAgeSeconds),
            expiryLeadSeconds: container.decode(Int64.self, forKey: .expiryLeadSeconds)
        )
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(schedule, forKey: .schedule)
        try container.encodeIfPresent(window, forKey: .window)
        try container.encode(jitterSeconds, forKey: .jitterSeconds)
        try container.encodeIfPresent(maximumAgeSeconds, forKey: .maximumAgeSeconds)
        try container.encode(expiryLeadSeconds, forKey: .expiryLeadSeconds)
    }
}

/// Why a number of a timing was refused.
package enum TimingError: Error, Hashable, Sendable, CustomStringConvertible {
    case jitter(longestSeconds: Int64)
    case maximumAge
    case expiryLead

    package var description: String {
        switch self {
        case .jitter(let longest): "jitter is 0 to \(longest / 86_400) days"
        case .maximumAge: "the maximum age is 1 minute to 5 years"
        case .expiryLead: "the time before an expiry date is 0 seconds to 5 years"
        }
    }
}
