import StrictJSON
import WarderModel
import WarderWire

/// One request of the client socket's routes, ready to be written.
struct VaultRequest: Sendable {
    /// Method and path. A secret's is put together from parsed names: nothing in them needs escaping, or could end the
    /// line.
    enum Route: Sendable {
        case health, whoAmI, issueToken, giveBackToken, reportCall
        case secret(SecretName, FieldName, others: [FieldName])
        /// The cursor is the vault's, and was looked at: nothing in it needs escaping either.
        case changes(since: String?, seconds: Int)
        /// The name is the vault's, and was parsed.
        case approval(ApprovalID, seconds: Int)
    }

    let route: Route
    var token: VaultToken?
    /// W3C trace context of the call.
    var traceparent: String?
    /// The version that is there already: the vault says so in place of its value.
    var knownVersion: UInt32?
    var body: [UInt8]?
    /// Bytes that the answer's body may have.
    var answerLimit = 65_536

    static let health = VaultRequest(route: .health)
    static let whoAmI = VaultRequest(route: .whoAmI)

    static func changes(since cursor: String?, seconds: Int) -> VaultRequest {
        // As many as one process could have: each takes a name and some forty bytes.
        VaultRequest(route: .changes(since: cursor, seconds: seconds), answerLimit: 8 << 20)
    }

    static func approval(_ id: ApprovalID, seconds: Int) -> VaultRequest {
        VaultRequest(route: .approval(id, seconds: seconds))
    }

    static func token(_ demand: TokenDemand) -> VaultRequest {
        var body = JSONBuffer()
        body.beginObject()
        body.field("tool", demand.key.tool)
        if let arguments = demand.arguments {
            body.key("arguments")
            body.raw(arguments.canonical)
        }
        if let digest = demand.key.toolDigest { body.field("tool_digest", digest) }
        if let onBehalfOf = demand.key.onBehalfOf { body.field("on_behalf_of", onBehalfOf) }
        if let agent = demand.key.agent { body.field("agent", agent) }
        if let session = demand.key.session { body.field("session", session) }
        if let purpose = demand.purpose { body.field("purpose", purpose) }
        body.endObject()
        return VaultRequest(route: .issueToken, traceparent: demand.traceparent, body: body.bytes)
    }

    static func secret(_ wanted: SecretRequest, token: VaultToken, known: UInt32? = nil) -> VaultRequest {
        // All values of a version may have 1 MiB, and JSON may need six bytes for one of them.
        VaultRequest(
            route: .secret(wanted.name, wanted.field, others: wanted.others),
            token: token,
            traceparent: wanted.demand.traceparent,
            knownVersion: known,
            answerLimit: 8 << 20
        )
    }

    static func report(_ report: CallReport, token: VaultToken, traceparent: String?) -> VaultRequest {
        var body = JSONBuffer()
        body.beginObject()
        body.field("outcome", report.outcome)
        if let duration = report.durationMilliseconds { body.field("duration_ms", duration) }
        if let digest = report.outputsDigest { body.field("outputs_digest", digest) }
        if let changed = report.changed { body.field("changed", changed) }
        if let upstream = report.upstream {
            body.key("upstream")
            body.beginObject()
            body.field("method", upstream.method)
            body.field("host", upstream.host)
            if let status = upstream.status { body.field("status", Int64(status)) }
            body.endObject()
        }
        body.endObject()
        return VaultRequest(route: .reportCall, token: token, traceparent: traceparent, body: body.bytes)
    }

    static func giveBack(_ token: VaultToken) -> VaultRequest {
        VaultRequest(route: .giveBackToken, token: token)
    }
}
