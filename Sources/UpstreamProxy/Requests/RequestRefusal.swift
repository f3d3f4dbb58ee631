/// Why the proxy does not carry a request. The server is told which it is; nothing of the request is repeated.
package enum RequestRefusal: String, Error, Hashable, Sendable, CaseIterable {
    /// The target is no plain path below the declared one: another form, `//`, dots, or bytes that servers disagree on.
    case target = "target_refused"
    /// `CONNECT` or `TRACE`, which would repeat or tunnel; or none that the log could name.
    case method = "method_refused"
    /// `Host` is not the proxy's own address, is missing, or stands twice.
    case host = "host_refused"
    /// Length and coding contradict each other, or are more than one.
    case framing = "framing_refused"
    /// WebSockets and other protocols are not HTTP any more.
    case upgrade = "upgrade_refused"
    /// No placeholder where it may stand.
    case noPlaceholder = "placeholder_missing"
    /// The placeholder stands where it may not.
    case misplaced = "placeholder_misplaced"
    /// Another credential stands beside the placeholder.
    case ambiguous = "credentials_ambiguous"
    /// The vault gives the credential to at least one of the calls in flight not.
    case denied = "credential_denied"
    /// People are asked about at least one of the calls in flight, and have not decided.
    case unapproved = "approval_required"
    /// The server has written something to its standard output that may be an answer, so that nobody knows whether the
    /// call in flight is over. The vault is not asked.
    case inDoubt = "call_in_doubt"
    /// The vault cannot be asked now.
    case unavailable = "vault_unavailable"
    /// The credential cannot stand where the placeholder does, or could not be kept out of answers.
    case unusable = "credential_unusable"
    /// The upstream cannot be reached, or its certificate does not hold.
    case unreachable = "upstream_unreachable"
    /// The upstream's answer cannot be carried: it is compressed, breaks off, or is no HTTP.
    case answer = "upstream_answer_refused"

    /// The status of the answer.
    package var status: Int {
        switch self {
        case .target, .method, .framing, .upgrade: 400
        case .host: 421
        case .noPlaceholder: 401
        case .misplaced, .ambiguous, .denied, .unapproved, .inDoubt: 403
        case .unavailable: 503
        case .unusable, .unreachable, .answer: 502
        }
    }

    /// What the answer says besides, to whoever the server hands its errors on to.
    var message: String {
        switch self {
        case .unapproved: "People have to approve this call first. Then make it again, with the same arguments."
        case .target, .method, .host, .framing, .upgrade, .noPlaceholder, .misplaced, .ambiguous, .denied, .inDoubt,
            .unavailable, .unusable, .unreachable, .answer:
            "Warder's proxy did not carry the request."
        }
    }
}
