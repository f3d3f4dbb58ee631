import HashTreeCollections
import Locking
import WarderModel

extension Inventories {
    /// How far an apply came.
    final class Progress: Sendable {
        private let held = Locked<Obstacle?>(nil)

        /// The change that was refused, and with what.
        var obstacle: Obstacle? {
            get { held.withLock { $0 } }
            set { held.withLock { $0 = newValue } }
        }
    }
}

extension Vault {
    /// Makes changes of the inventory, all of them or none, and calls back on the writer's thread when that is on disk.
    package func apply(
        _ changes: [Inventories.Change],
        to mark: String,
        by caller: Caller,
        completion: @escaping @Sendable (Result<Void, Inventories.Obstacle>) -> Void
    ) {
        let progress = Inventories.Progress()
        submit(Inventories.apply(changes, to: mark, noting: progress, by: caller)) { outcome in
            completion(
                outcome.mapError { refusal in
                    // What failed only afterwards, such as the commit, is the fault of no change.
                    let noted = progress.obstacle.flatMap { $0.refusal == refusal ? $0 : nil }
                    return noted ?? Inventories.Obstacle(refusal: refusal, place: nil)
                }
            )
        }
    }
}
