package import Sealing
package import WarderModel

/// Opens every row of a store and holds all of them against each other and against the log.
///
/// Needs the keys and no vault: it serves a running daemon, the check of a backup and a restore alike. It reads in
/// slices, so that its memory grows with the records and not with the log, and holds nobody up between them. What
/// changes while it runs is no damage: rows are compared with a log that was read before them and to its end after
/// them.
package struct DeepCheck: Sendable {
    /// How far it is, in rows.
    package struct Progress: Sendable, Equatable {
        package let checked: Int
        package let total: Int
    }

    /// Why there is no report.
    package enum Stop: Error, Equatable, Sendable {
        case cancelled
        /// It took longer than whoever wanted it had time for.
        case overdue
        /// Memory for opened values ran out: nothing can be said about the rest.
        case exhausted
        /// The vault's keys were changed meanwhile: again, with the new ones.
        case keysChanged
        /// The log was pruned meanwhile: again, from the new mark.
        case pruned
        /// The store cannot be read now; trying again later can succeed.
        case store(StoreError)
    }

    let ring: KeyRing
    let foundation: Foundation
    let store: any VaultStore
    /// Number of the last event before ring and foundation were read; `nil` where nobody changes them meanwhile.
    let start: UInt64?
    private let checksStructure: Bool

    /// - Parameters:
    ///   - ring: The vault's keys.
    ///   - foundation: What the vault is built on, as it was read to open it. What has become another since is found.
    ///   - store: Where the rows lie.
    ///   - start: Number of the newest event when `ring` and `foundation` had not been read yet, for a vault at work.
    ///   - checksStructure: Whether the storage engine looks through its whole file first, which can be cancelled
    ///     on a copy alone.
    package init(
        _ ring: KeyRing,
        _ foundation: Foundation,
        store: any VaultStore,
        since start: UInt64? = nil,
        checksStructure: Bool = true
    ) {
        self.ring = ring
        self.foundation = foundation
        self.store = store
        self.start = start
        self.checksStructure = checksStructure
    }

    /// Looks at everything. Blocks for as long as that takes; never on an event loop.
    ///
    /// - Parameters:
    ///   - progress: Called after every slice.
    ///   - isCancelled: Asked before every slice.
    /// - Returns: what was found.
    /// - Throws: `cancelled`; `exhausted`, `store` and `keysChanged` when nothing certain can be said.
    package func run(
        progress: @escaping (Progress) -> Void = { _ in },
        isCancelled: @escaping () -> Bool = { false }
    ) throws(Stop) -> DeepCheckReport {
        try DeepSurvey(self, progress: progress, isCancelled: isCancelled).run(checksStructure: checksStructure)
    }
}

/// What a check of everything found.
package struct DeepCheckReport: Sendable {
    package enum Verdict: String, Sendable {
        /// Everything opens and fits together.
        case sound
        case damaged
    }

    /// Rows that open. Whether they are the newest there were is said by the findings.
    package struct Good: Sendable, Equatable {
        package var records: [RecordKind: Int] = [:]
        package var values = 0
        /// Versions whose values are gone, as they should be.
        package var destroyed = 0
        package var events = 0
        /// Events before the mark: their contents may be gone.
        package var pruned = 0
        package var inbox = 0
        package var slots = 0
    }

    /// Worst cases are listed up to a thousand of a kind; `counts` has them all.
    package let findings: [Damage]
    package let counts: [Damage.Kind: Int]
    package let good: Good
    /// What a restore of these rows does about the log.
    package let mending: LogMending
    /// Number of the last event that was looked at.
    package let lastSequence: UInt64

    package var verdict: Verdict { counts.isEmpty ? .sound : .damaged }

    /// What no check from within can see, for people.
    package static let blindSpots = [
        "A whole database that was put back as it was earlier, its log included: everything in it fits together. Only a "
            + "checkpoint of the log that was kept elsewhere shows that events are missing at its end.",
        "The last commit before a kill, if what the engine had of it was damaged before the next start: that looks like a "
            + "power cut in its middle. A checkpoint that was kept elsewhere shows it, from a second later on.",
        "Events that were cut off the end of the log, if they changed nothing that is stored: reads, refusals, starts.",
        "Events of the time when the vault was sealed, if the first or the last of them were deleted before the next "
            + "unsealing: nothing but their numbers holds them together.",
        "Key slots and the keyring that were altered before the vault was opened: only what opens them can tell. Try each "
            + "passphrase and credential once in a while.",
        "Checkpoints that were deleted, or put back as they were earlier within their hour: each one that is there can be held "
            + "against the log.",
        "When the vault was made, and when the root key was: these stand in the database without a seal.",
    ]
}
