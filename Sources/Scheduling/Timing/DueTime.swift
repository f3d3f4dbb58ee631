package import WarderModel

/// When a secret is rotated next.
package struct DueTime: Hashable, Sendable {
    /// Why then.
    package enum Cause: String, Hashable, Sendable, Codable, CaseIterable {
        case schedule
        /// The version would be older than it may be.
        case maximumAge = "maximum-age"
        /// The upstream will stop taking it.
        case expiry
        /// The last rotation lies so far in the future that the clock must have been wrong then.
        case clockSetBack = "clock-set-back"
    }

    /// When to begin; due if it is not after now. Of a run that was missed it is the time that was missed, as long as
    /// the window is open.
    package let at: Timestamp
    /// The time of the schedule that this is for, before window and jitter: stored when the rotation is completed
    /// (``RotationPast/lastSlot``).
    package let slot: Timestamp
    package let cause: Cause

    package init(at: Timestamp, slot: Timestamp, cause: Cause) {
        self.at = at
        self.slot = slot
        self.cause = cause
    }
}
