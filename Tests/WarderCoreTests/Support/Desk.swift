import HashTreeCollections
import WarderModel
import WarderTesting

@testable import WarderCore

/// Decides commands on a state that a test puts together by hand, without a commit: for tables with many rows.
struct Desk {
    var state: VaultState
    private let kit: TestVault
    private let keys: OpenKeys
    private let foundation: Foundation

    /// Begins with what a real vault holds, so that values can be opened.
    init(_ kit: TestVault) throws {
        guard let state = kit.vault.state, let keys = kit.vault.keys, let foundation = kit.vault.foundation else {
            throw TestFailure("the vault is sealed")
        }
        self.kit = kit
        self.state = state
        self.keys = keys
        self.foundation = foundation
    }

    /// Decides one command; nothing of it stays.
    func decide<Answer>(_ command: Command<Answer>) -> Result<Answer, Refusal> {
        var transaction = transaction()
        return transaction.decide(command)
    }

    /// A transaction on this state.
    func transaction() -> Transaction {
        let open = Vault.Open(
            foundation: foundation,
            keys: keys,
            values: ValueCache(store: kit.store),
            state: state,
            sequence: kit.vault.sequence
        )
        return Transaction(
            open,
            store: kit.store,
            presence: kit.vault.presence,
            now: kit.clock.now(),
            rates: kit.vault.rates
        )
    }
}

extension Result where Failure == Refusal {
    /// What was released; where people are asked first, that is nothing.
    func released<Answer>() -> Result<Answer, Refusal> where Success == Requested<Answer> {
        flatMap { requested in Result<Answer, Refusal> { () throws(Refusal) in try requested.get() } }
    }

    /// Why it was refused; `nil` when it was not.
    var refusal: Refusal? {
        if case .failure(let refusal) = self { refusal } else { nil }
    }
}
