package import WarderModel

/// After a call.
extension Tokens {
    /// How a call went, as the server tells it. A token that has ended meanwhile will do for an hour more: the call may
    /// have taken longer than it lived, and to report opens nothing.
    package static func report(
        _ outcome: CallOutcome,
        with presented: PresentedToken?,
        by caller: Caller
    ) -> Command<Void> {
        Command(.callReport, by: caller) { transaction, event throws(Refusal) in
            let (_, token) = try find(presented, caller, in: transaction, patience: reportPatience, &event)
            let secondsLate = token.expires.seconds(until: transaction.now)
            event.changes = outcome.eventTexts + (secondsLate >= 0 ? ["late=\(secondsLate)s"] : [])
        }
    }
}

/// What a server says about the end of a call.
package struct CallOutcome: Sendable {
    package enum Kind: String, Sendable {
        case ok, error, refused
    }

    package var kind: Kind
    package var durationMilliseconds: Int64?
    /// SHA-256 of what the tool returned, lowercase hex.
    package var outputsDigest: String?
    package var changed: PlainText?

    package init(kind: Kind, durationMilliseconds: Int64?, outputsDigest: String?, changed: PlainText?) {
        self.kind = kind
        self.durationMilliseconds = durationMilliseconds
        self.outputsDigest = outputsDigest
        self.changed = changed
    }

    var eventTexts: [String] {
        var texts = ["outcome=\(kind.rawValue)"]
        if let durationMilliseconds { texts.append("call_ms=\(durationMilliseconds)") }
        if let outputsDigest { texts.append("outputs=\(outputsDigest)") }
        if let changed { texts.append("changed=\(changed)") }
        return texts
    }
}
