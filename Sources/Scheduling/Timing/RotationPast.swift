package import WarderModel

/// What the next rotation of a secret depends on. All of it is stored; nothing is remembered besides.
package struct RotationPast: Hashable, Sendable {
    /// When the secret was made, or its timing set: where intervals begin before a first rotation.
    package var created: Timestamp
    /// When the last rotation was completed, by whatever cause.
    package var lastDone: Timestamp?
    /// When the current version was made. After a rotation was taken back that is long before it was done.
    package var made: Timestamp?
    /// ``DueTime/slot`` of the last completed rotation that had one. Without it a clock that is set back while
    /// a rotation runs would make the same slot due again.
    package var lastSlot: Timestamp?
    /// When the upstream stops taking the current version; `nil` if nobody knows. A rotation that learns of no new
    /// date must clear it: a date that no rotation moves would come closer to every next one.
    package var expires: Timestamp?

    package init(
        created: Timestamp,
        lastDone: Timestamp? = nil,
        made: Timestamp? = nil,
        lastSlot: Timestamp? = nil,
        expires: Timestamp? = nil
    ) {
        self.created = created
        self.lastDone = lastDone
        self.made = made
        self.lastSlot = lastSlot
        self.expires = expires
    }

    /// Since when the current version exists.
    var since: Timestamp { lastDone ?? created }

    /// No slot up to here is due again.
    var anchor: Timestamp { lastSlot.map { max($0, since) } ?? since }
}
