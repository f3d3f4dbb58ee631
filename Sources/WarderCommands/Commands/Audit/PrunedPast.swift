import WarderModel
import WarderWire

extension Vault {
    /// The moment before which everything happened that was pruned; `nil` where nothing was.
    func prunedBefore() throws(CommandFailure) -> String? {
        try ask(VaultRequest("GET", "/v1/audit/retention"), for: RetentionStatus.self).value.prunedBefore
    }
}

extension Session {
    /// Says where the log begins to whoever asked for what was before: what is not shown need not have been so.
    ///
    /// `before`: every pruned event happened before this, RFC 3339; `nil` where nothing was pruned.
    func tellOfPruned(_ before: String?, askedFor query: [(name: String, value: String)]) {
        guard let before else { return }
        let pruned = Timestamp(rfc3339: before)
        let since = query.first { $0.name == "since" }.flatMap {
            // A date is its first moment.
            Timestamp(rfc3339: $0.value) ?? Timestamp(rfc3339: $0.value + "T00:00:00Z")
        }
        if let pruned, let since, since >= pruned { return }
        console.message("the log was pruned: there are no events from before \(Self.text(before))")
    }

    /// A moment as people read it.
    static func text(_ moment: String) -> String {
        Timestamp(rfc3339: moment).map(Moment.absolute) ?? TerminalText.escaped(moment)
    }
}
