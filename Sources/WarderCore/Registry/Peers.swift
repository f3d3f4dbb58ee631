package import WarderModel

/// What the vault itself writes down about peers that never got as far as a decision.
package enum Peers {
    /// Requests of a minute that were refused before they were read.
    ///
    /// `uid`: `nil` for many users together.
    package static func turnedAway(_ action: Action, uid: UInt32?, requests: UInt64) -> Command<Void> {
        Command(action, by: .vault()) { _, event throws(Refusal) in
            event.changes = [uid.map { "uid=\($0)" } ?? "uid=several", "requests=\(requests)"]
        }
    }
}
