import HashTreeCollections
package import WarderModel

/// Servers, tools, grants, rotations, limits and rules as one thing: read at one moment, and changed all at once.
package enum Inventories {
    /// One thing that is to be otherwise: commands, each as if it had come alone.
    package struct Change: Sendable {
        let parts: [Part]

        package init(_ parts: [Part]) { self.parts = parts }
    }

    /// A command without the type of its answer, in which nobody is interested.
    package struct Part: Sendable {
        let action: Action
        let describe: @Sendable (inout Event) -> Void
        let decide: @Sendable (inout Transaction) -> Refusal?

        package init<Answer>(_ command: Command<Answer>) {
            action = command.action
            describe = command.describe
            decide = { transaction in
                switch transaction.decide(command) {
                case .success: nil
                case .failure(let refusal): refusal
                }
            }
        }
    }

    /// Why nothing was changed.
    package struct Obstacle: Error {
        /// The change that was refused, and what it was about to do.
        package struct Place: Sendable {
            /// From 0.
            package let change: Int
            package let action: Action
        }

        package let refusal: Refusal
        /// `nil` where it was the whole that was refused.
        package let place: Place?
    }

    /// The inventory as it stands, with what names this state. Requires `admin`, `rotator`, `reader` or `auditor`.
    package static func read(by caller: Caller) -> Command<VaultState> {
        Command(.inventoryRead, by: caller) { transaction, _ throws(Refusal) in transaction.state }
    }

    /// Makes all changes or none. Requires `admin`, presence, and whatever each change requires by itself; the proof of
    /// presence counts for all of them.
    ///
    /// Refused with `checkFailed` where the inventory is another one by now than `mark` names, and with what the first
    /// change is refused with: then this command's event is the only one that is left, and `progress` says which it was.
    static func apply(
        _ changes: [Change],
        to mark: String,
        noting progress: Progress,
        by caller: Caller
    ) -> Command<Void> {
        Command(.inventoryApply, by: caller, describe: { $0.changes = ["changes=\(changes.count)"] }) {
            transaction,
            event throws(Refusal) in
            progress.obstacle = nil
            guard transaction.state.inventoryMark == mark else { throw .checkFailed }
            guard let person = caller.peer.flatMap({ transaction.state.operators[$0.uid] }) else {
                throw .notAnOperator
            }
            let wasNeeded = Policy.needsPresence(.inventoryApply, by: person, in: transaction.state)
            try transaction.withProof(of: caller, wasNeeded: wasNeeded) { transaction throws(Refusal) in
                for (index, change) in changes.enumerated() {
                    for part in change.parts {
                        guard let refusal = part.decide(&transaction) else { continue }
                        let place = Obstacle.Place(change: index, action: part.action)
                        progress.obstacle = Obstacle(refusal: refusal, place: place)
                        part.describe(&event)
                        transaction.refusedPart = ["change=\(index + 1)", "refused=\(part.action.rawValue)"]
                        throw refusal
                    }
                }
            }
        }
    }
}
