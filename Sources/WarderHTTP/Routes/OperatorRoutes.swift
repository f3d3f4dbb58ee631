import NIOHTTP1
import StrictJSON
import WarderCore
import WarderModel
import WarderWire

/// What operators can ask. docs/api/openapi-operator.yaml says the same; a test holds the two against each other.
extension RouteTable {
    static let `operator` = RouteTable(
        system + checks + presence + keys + backups + secrets + servers + tools + toolsAndGrants + tokensAndOperators
            + audit + proofs + leaks + retention + rotations + approvals + limits + reports
            + explanations + alerts + inventory
    )

    private static let secrets: [Route] = [
        Route(.GET, "/v1/secrets", action: .secretList) { exchange in
            exchange.ask(Secrets.list(by: exchange.caller)) { .json(SecretList(secrets: $0.map(SecretSummary.init))) }
        },
        Route(.GET, "/v1/secrets/{name...}", action: .secretShow) { exchange throws(Problem) in
            exchange.ask(Secrets.show(try exchange.name("name"), by: exchange.caller)) { shown in
                .json(SecretDetail(shown.secret, tools: shown.tools))
            }
        },
        Route(.PUT, "/v1/secrets/{name...}", action: .secretPut, body: .values) { exchange throws(Problem) in
            let draft = try Secrets.Draft(exchange.decode(SecretBodies.Put.self))
            return exchange.ask(Secrets.put(try exchange.name("name"), draft, by: exchange.caller)) { change in
                .json(SecretChanged(change), change.isNew ? .created : .ok)
            }
        },
        Route(.PATCH, "/v1/secrets/{name...}", action: .secretSet, body: .small) { exchange throws(Problem) in
            let properties = try Secrets.Properties(exchange.decode(SetSecretRequest.self))
            return exchange.ask(Secrets.set(try exchange.name("name"), properties, by: exchange.caller)) {
                .json(SecretSummary($0))
            }
        },
        Route(.DELETE, "/v1/secrets/{name...}", action: .secretDelete) { exchange throws(Problem) in
            exchange.ask(Secrets.delete(try exchange.name("name"), by: exchange.caller)) { .json(SecretChanged($0)) }
        },
        Route(.POST, "/v1/reveal/{name...}", action: .secretReveal, body: .small) { exchange throws(Problem) in
            let request = try exchange.decode(VersionRequest.self)
            return exchange.ask(
                Secrets.reveal(
                    try exchange.name("name"),
                    field: try request.field.map { text throws(Problem) in
                        try Exchange.parse(text, what: "The field")
                    } ?? .value,
                    version: request.version,
                    by: exchange.caller
                ),
                SecretAnswers.value
            )
        },
        Route(.POST, "/v1/promote/{name...}", action: .secretPromote, body: .small) { exchange throws(Problem) in
            let request = try exchange.decode(VersionRequest.self)
            guard let version = request.version, request.field == nil else { throw .invalid("Name a version.") }
            return exchange.ask(
                Secrets.promote(try exchange.name("name"), version: version, by: exchange.caller)
            ) { .json(SecretChanged($0)) }
        },
        Route(.POST, "/v1/rollback/{name...}", action: .secretRollback, body: .small) { exchange throws(Problem) in
            try exchange.expectNoBody()
            return exchange.ask(Secrets.rollback(try exchange.name("name"), by: exchange.caller)) {
                .json(SecretChanged($0))
            }
        },
        Route(.POST, "/v1/undelete/{name...}", action: .secretUndelete, body: .small) { exchange throws(Problem) in
            try exchange.expectNoBody()
            return exchange.ask(Secrets.undelete(try exchange.name("name"), by: exchange.caller)) {
                .json(SecretChanged($0))
            }
        },
        Route(.POST, "/v1/destroy/{name...}", action: .secretDestroy, body: .small) { exchange throws(Problem) in
            let request = try exchange.decode(VersionRequest.self)
            guard request.field == nil else { throw .invalid("A version is destroyed whole, not by field.") }
            return exchange.ask(
                Secrets.destroy(try exchange.name("name"), version: request.version, by: exchange.caller)
            ) { .json(SecretChanged($0)) }
        },
    ]

    private static let servers: [Route] = [
        Route(.GET, "/v1/servers", action: .serverList) { exchange in
            exchange.ask(Servers.list(by: exchange.caller)) { .json(ServerList(servers: $0.map(ServerSummary.init))) }
        },
        Route(.POST, "/v1/servers", action: .serverAdd, body: .small) { exchange throws(Problem) in
            let request = try exchange.decode(ServerRequest.self)
            return exchange.ask(try Servers.add(request, by: exchange.caller)) { .json(ServerSummary($0), .created) }
        },
        Route(.GET, "/v1/servers/{server}", action: .serverList) { exchange throws(Problem) in
            exchange.ask(Servers.show(try exchange.name("server"), by: exchange.caller)) { .json(ServerSummary($0)) }
        },
        Route(.PATCH, "/v1/servers/{server}", action: .serverUpdate, body: .small) { exchange throws(Problem) in
            let request = try exchange.decode(ServerUpdate.self)
            return exchange.ask(try Servers.update(try exchange.name("server"), request, by: exchange.caller)) {
                .json(ServerUpdated(server: ServerSummary($0.server), revoked: $0.revoked))
            }
        },
        Route(.DELETE, "/v1/servers/{server}", action: .serverRemove) { exchange throws(Problem) in
            let name: ServerName = try exchange.name("server")
            return exchange.ask(Servers.remove(name, by: exchange.caller)) { .json(Done(name: name.text)) }
        },
        Route(.POST, "/v1/servers/{server}/quarantine", action: .serverQuarantine, body: .small) {
            exchange throws(Problem) in
            let request = try exchange.decode(QuarantineRequest.self)
            return exchange.ask(
                Servers.quarantine(
                    try exchange.name("server"),
                    reason: try Exchange.text(request.reason, what: "The reason"),
                    by: exchange.caller
                )
            ) { done in
                .json(
                    QuarantineAnswer(
                        name: done.name.text,
                        revoked: done.revoked,
                        reachable: done.reachable.map(\.text),
                        alreadySince: done.alreadySince?.description
                    )
                )
            }
        },
        Route(.POST, "/v1/servers/{server}/release", action: .serverRelease, body: .small) { exchange throws(Problem) in
            try exchange.expectNoBody()
            let name: ServerName = try exchange.name("server")
            return exchange.ask(Servers.release(name, by: exchange.caller)) { .json(Done(name: name.text)) }
        },
    ]

    private static let toolsAndGrants: [Route] = [
        Route(.GET, "/v1/tools", action: .toolList) { exchange in
            exchange.ask(Tools.list(by: exchange.caller)) { .json(ToolList(tools: $0.map(ToolSummary.init))) }
        },
        Route(.POST, "/v1/tools", action: .toolAdd, body: .small) { exchange throws(Problem) in
            let request = try exchange.decode(ToolRequest.self)
            return exchange.ask(try Tools.add(request, by: exchange.caller)) { .json(ToolSummary($0), .created) }
        },
        Route(.DELETE, "/v1/tools/{server}/{tool}", action: .toolRemove) { exchange throws(Problem) in
            let name = ToolID(server: try exchange.name("server"), tool: try exchange.name("tool"))
            return exchange.ask(Tools.remove(name, by: exchange.caller)) { .json(Done(name: name.text)) }
        },
        Route(.GET, "/v1/grants", action: .grantList) { exchange in
            exchange.ask(Grants.list(by: exchange.caller)) { .json(GrantList(grants: $0.map(GrantSummary.init))) }
        },
        Route(.POST, "/v1/grants", action: .grantAdd, body: .small) { exchange throws(Problem) in
            let request = try exchange.decode(GrantRequest.self)
            return exchange.ask(try Grants.add(request, by: exchange.caller)) {
                .json(GrantAdded(grant: GrantSummary($0.grant), warnings: Findings($0.warnings).findings), .created)
            }
        },
        Route(.DELETE, "/v1/grants/{server}/{tool}/{secret...}", action: .grantRemove) { exchange throws(Problem) in
            let key = GrantKey(
                tool: ToolID(server: try exchange.name("server"), tool: try exchange.name("tool")),
                secret: try exchange.name("secret")
            )
            return exchange.ask(Grants.remove(key, by: exchange.caller)) {
                .json(Done(name: "\(key.tool) \(key.secret)"))
            }
        },
    ]

    private static let tokensAndOperators: [Route] = [
        Route(.GET, "/v1/tokens", action: .tokenList) { exchange in
            exchange.ask(Tokens.list(by: exchange.caller)) { .json(TokenList(tokens: $0.map(TokenSummary.init))) }
        },
        Route(.DELETE, "/v1/tokens/{accessor}", action: .tokenRevoke) { exchange throws(Problem) in
            let accessor: TokenAccessor = try exchange.name("accessor")
            return exchange.ask(Tokens.revoke(accessor, by: exchange.caller)) { .json(Done(name: accessor.text)) }
        },
        Route(.GET, "/v1/operators", action: .operatorList) { exchange in
            exchange.ask(Operators.list(by: exchange.caller)) {
                .json(OperatorList(operators: $0.map(OperatorSummary.init)))
            }
        },
        Route(.POST, "/v1/operators", action: .operatorAdd, body: .small) { exchange throws(Problem) in
            let request = try exchange.decode(OperatorRequest.self)
            var roles: Set<Role> = []
            for role in request.roles {
                roles.insert(try Exchange.choice(role, Role.self, default: .auditor, what: "A role"))
            }
            guard !roles.isEmpty else { throw .invalid("An operator needs at least one role.") }
            var groups: [String] = []
            for group in request.groups ?? [] {
                groups.append(try Exchange.parse(group, as: ServerName.self, what: "A group").text)
            }
            return exchange.ask(
                Operators.add(
                    try Exchange.parse(request.name, what: "The operator"),
                    uid: request.uid,
                    roles: roles,
                    groups: groups.sorted(),
                    by: exchange.caller
                )
            ) { .json(OperatorSummary($0), .created) }
        },
        Route(.DELETE, "/v1/operators/{operator}", action: .operatorRemove) { exchange throws(Problem) in
            let name: OperatorName = try exchange.name("operator")
            return exchange.ask(Operators.remove(name, by: exchange.caller)) { .json(Done(name: name.text)) }
        },
        Route(.POST, "/v1/operators/{operator}/enrol", action: .operatorEnrol, body: .small) {
            exchange throws(Problem) in
            try exchange.expectNoBody()
            return exchange.ask(
                Enrolments.make(for: try exchange.name("operator"), by: exchange.caller),
                SecretAnswers.enrolment
            )
        },
        Route(.POST, "/v1/operators/{operator}/enrol/share", action: .operatorEnrolShare, body: .small) {
            exchange throws(Problem) in
            let name: OperatorName = try exchange.name("operator")
            let request = try exchange.decode(KeyBodies.BringShare.self)
            return .passphrase { finish in
                exchange.vault.enrol(
                    name,
                    withShare: request.share.bytes,
                    attempt: request.attempt,
                    by: exchange.caller
                ) { outcome in
                    exchange.note(
                        outcome,
                        done: "a share was brought for an operator's code",
                        refused: "a share for an operator's code was refused"
                    )
                    finish { outcome.map(SecretAnswers.enrolment) }
                }
            }
        },
    ]
}
