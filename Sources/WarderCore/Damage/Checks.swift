import WarderModel

/// Looking at everything that lies in the store, and saving what still opens, while the vault is at work.
package enum Checks {
    /// Permission to open every row and say what is damaged. Shows no value. Requires `admin` or `auditor`.
    package static func deep(by caller: Caller) -> Command<Void> {
        Command(.doctorDeep, by: caller) { _, _ throws(Refusal) in }
    }

    /// Permission to hand over every value that still opens. Requires `reader`, and presence.
    package static func salvage(by caller: Caller) -> Command<Void> {
        Command(.secretSalvage, by: caller) { transaction, event throws(Refusal) in
            event.changes = ["count=\(transaction.state.secrets.count)"]
        }
    }
}

extension Vault {
    /// Runs a deep check with the keys of now. Blocks for about a second for 100,000 events; never on an event loop.
    ///
    /// - Throws: `cancelled` also when the vault is sealed before the end.
    package func checkDeeply(
        progress: @escaping (DeepCheck.Progress) -> Void,
        isCancelled: @escaping () -> Bool
    ) throws(DeepCheck.Stop) -> DeepCheckReport {
        // Before the keys: whatever changes them from here on is in the log behind this event.
        let start = sequence
        guard let keys, let foundation else { throw .cancelled }
        return try DeepCheck(keys.ring, foundation, store: store, since: start)
            .run(progress: progress, isCancelled: { isCancelled() || self.keys == nil })
    }

    /// Hands over every version that opens, one after the other. Blocks.
    ///
    /// - Throws: `DeepCheck.Stop`, or what `take` throws.
    package func salvage(_ take: (Salvage.Piece) throws -> Void) throws -> Salvage.Outcome {
        guard let keys else { throw DeepCheck.Stop.cancelled }
        return try Salvage(keys.ring, store: store).run { piece in
            guard self.keys != nil else { throw DeepCheck.Stop.cancelled }
            try take(piece)
        }
    }
}
