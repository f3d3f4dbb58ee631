import NIOHTTP1
import WarderCore
import WarderModel
import WarderWire

/// What MCP servers can ask. docs/api/openapi.yaml says the same; a test holds the two against each other.
extension RouteTable {
    /// Bodies of `Health`, written once: monitors ask often.
    private static let healthy: [Vault.Phase: [UInt8]] = Dictionary(
        uniqueKeysWithValues: Vault.Phase.allCases.map { ($0, Answer.json(Health(state: $0.rawValue)).body) }
    )

    static let client = RouteTable([
        Route(.GET, "/v1/health", for: .registeredOrSealed) { exchange in
            .done(Answer(.ok, body: healthy[exchange.vault.phase] ?? []))
        },
        Route(.GET, "/v1/whoami", for: .anybody) { exchange throws(Problem) in
            guard let peer = exchange.caller.peer else { throw .forServer(.unknownPeer) }
            return .done(.json(WhoAmI(peer, in: exchange.vault.state)))
        },
        Route(.GET, "/v1/secrets/{name...}", query: ["field", "fields"]) { exchange throws(Problem) in
            let wanted = try WantedFields(
                field: exchange.target.parameter("field"),
                fields: exchange.target.parameter("fields")?.split(separator: ",", omittingEmptySubsequences: false)
            )
            let name: SecretName = try exchange.name("name")
            return exchange.askForValue(
                of: name,
                Tokens.resolve(
                    name,
                    fields: wanted.names,
                    with: exchange.fields.token,
                    known: exchange.fields.knownVersion,
                    by: exchange.caller
                ),
                SecretAnswers.resolved(as: wanted)
            )
        },
        changes,
        launches,
        approvalState,
        Route(.POST, "/v1/resolve", body: .small) { exchange throws(Problem) in
            let request = try exchange.decode(ResolveRequest.self)
            let name: SecretName = try Exchange.parse(request.secret, what: "The secret")
            let wanted = try WantedFields(field: request.field, fields: request.fields)
            return exchange.askForValue(
                of: name,
                Tokens.resolveOnce(
                    name,
                    fields: wanted.names,
                    for: try Tokens.Demand(request),
                    by: exchange.caller
                ),
                SecretAnswers.requested(SecretAnswers.opened(as: wanted))
            )
        },
        Route(.POST, "/v1/tokens", body: .small) { exchange throws(Problem) in
            let demand = try Tokens.Demand(exchange.decode(TokenRequest.self))
            return exchange.ask(
                Tokens.issue(demand, by: exchange.caller),
                SecretAnswers.requested(exchange.token)
            )
        },
        Route(.POST, "/v1/tokens/renew", body: .small) { exchange throws(Problem) in
            try exchange.expectNoBody()
            return exchange.ask(
                Tokens.renew(exchange.fields.token, by: exchange.caller),
                SecretAnswers.token
            )
        },
        Route(.DELETE, "/v1/tokens/self") { exchange in
            exchange.ask(Tokens.drop(exchange.fields.token, by: exchange.caller)) { .noContent }
        },
        Route(.POST, "/v1/calls", body: .small) { exchange throws(Problem) in
            let report = try exchange.decode(CallReport.self)
            guard let kind = CallOutcome.Kind(rawValue: report.outcome) else {
                throw .invalid("The outcome is one of: ok, error, refused.")
            }
            if let duration = report.durationMilliseconds, duration < 0 { throw .invalid("The duration is negative.") }
            if let changed = report.changed, changed.utf8.count > 500 {
                throw .invalid("changed is at most 500 bytes.")
            }
            let upstream = report.upstream.map { UpstreamUse(method: $0.method, host: $0.host, status: $0.status) }
            if case .some(nil) = upstream { throw .invalid("The upstream's method, host or status is none.") }
            let outcome = CallOutcome(
                kind: kind,
                durationMilliseconds: report.durationMilliseconds,
                outputsDigest: try Exchange.digest(report.outputsDigest, what: "The outputs' digest"),
                changed: try Exchange.text(report.changed, what: "changed"),
                upstream: upstream ?? nil
            )
            return exchange.ask(Tokens.report(outcome, with: exchange.fields.token, by: exchange.caller)) {
                .noContent
            }
        },
    ])
}
