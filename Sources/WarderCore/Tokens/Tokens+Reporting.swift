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
    package var upstream: UpstreamUse?

    package init(
        kind: Kind,
        durationMilliseconds: Int64?,
        outputsDigest: String?,
        changed: PlainText?,
        upstream: UpstreamUse? = nil
    ) {
        self.kind = kind
        self.durationMilliseconds = durationMilliseconds
        self.outputsDigest = outputsDigest
        self.changed = changed
        self.upstream = upstream
    }

    var eventTexts: [String] {
        var texts = ["outcome=\(kind.rawValue)"]
        if let durationMilliseconds { texts.append("call_ms=\(durationMilliseconds)") }
        if let outputsDigest { texts.append("outputs=\(outputsDigest)") }
        if let changed { texts.append("changed=\(changed)") }
        if let upstream { texts.append("upstream=\(upstream.text)") }
        return texts
    }
}

/// One request that a credential was used for.
package struct UpstreamUse: Sendable {
    /// Such as `GET api.example.org 200`; `-` where no answer came.
    let text: String

    /// - Returns: `nil` where the method is no word of at most 32 letters, the host none of at most 300 visible characters,
    ///   or the status none.
    package init?(method: String, host: String, status: Int?) {
        let isMethod = method.utf8.allSatisfy {
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || $0 == UInt8(ascii: "-")
        }
        guard isMethod, (1...32).contains(method.utf8.count) else { return nil }
        guard (1...300).contains(host.utf8.count), host.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        guard status.map((100...599).contains) ?? true else { return nil }
        text = "\(method) \(host) \(status.map(String.init) ?? "-")"
    }
}
