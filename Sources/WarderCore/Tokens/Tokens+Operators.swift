package import WarderModel

/// What operators ask about tokens.
extension Tokens {
    /// Live tokens, newest first. Requires `admin` or `auditor`.
    package static func list(by caller: Caller) -> Command<[Token]> {
        Command(.tokenList, by: caller) { transaction, event throws(Refusal) in
            let live = transaction.state.tokens.live(at: transaction.now)
            event.changes = ["count=\(live.count)"]
            return live.sorted { $1.issued.isBefore($0.issued) }
        }
    }

    /// Ends a token by its public name; the next request with it fails. Requires `admin`.
    package static func revoke(_ accessor: TokenAccessor, by caller: Caller) -> Command<Void> {
        Command(.tokenRevoke, by: caller, describe: { $0.token = accessor }) { transaction, event throws(Refusal) in
            guard let (hash, token) = transaction.state.tokens.first(called: accessor) else {
                throw .notFound
            }
            event.tool = token.tool
            event.server = token.tool.server
            transaction.state.tokens[hash] = nil
        }
    }
}
