import Alerting
import WarderCore
import WarderModel
import WarderWire

/// Commands out of the bodies that ask for them, alike for a request of its own and for a change among others.
extension Servers {
    static func add(_ request: ServerRequest, by caller: Caller) throws(Problem) -> Command<Overview> {
        add(
            try Exchange.parse(request.name, what: "The server"),
            owner: try Exchange.text(request.owner, what: "The owner"),
            selectors: try Selectors(request.selectors),
            by: caller
        )
    }

    static func update(
        _ name: ServerName,
        _ request: ServerUpdate,
        by caller: Caller
    ) throws(Problem) -> Command<(server: Overview, revoked: Int)> {
        var owner: PlainText?? = .none
        if let text = request.owner {
            owner = .some(text.isEmpty ? nil : try Exchange.text(text, what: "The owner"))
        }
        return update(name, owner: owner, selectors: try Selectors(request.selectors), by: caller)
    }
}

extension Tools {
    static func add(_ request: ToolRequest, by caller: Caller) throws(Problem) -> Command<Overview> {
        add(try Exchange.parse(request.name, what: "The tool"), try Description(request), by: caller)
    }

    static func accept(_ request: ToolAcceptRequest, by caller: Caller) throws(Problem) -> Command<[Overview]> {
        guard !request.tools.isEmpty else { throw .invalid("Name a tool at least.") }
        var acceptances: [Acceptance] = []
        for tool in request.tools {
            guard let digest = try Exchange.digest(tool.digest, what: "The digest") else { continue }
            acceptances.append(Acceptance(tool: try Exchange.parse(tool.name, what: "The tool"), digest: digest))
        }
        guard Set(acceptances.map(\.tool)).count == acceptances.count else { throw .invalid("A tool stands twice.") }
        return accept(acceptances, reason: try Exchange.words(request.reason, what: "The reason"), by: caller)
    }
}

extension Grants {
    static func add(_ request: GrantRequest, by caller: Caller) throws(Problem) -> Command<Added> {
        let key = GrantKey(
            tool: try Exchange.parse(request.tool, what: "The tool"),
            secret: try Exchange.parse(request.secret, what: "The secret")
        )
        return add(key, try Terms(request), by: caller)
    }
}

extension Limits {
    static func set(_ request: LimitRequest, by caller: Caller) throws(Problem) -> Command<Entry> {
        guard let risk = Tool.Risk(rawValue: request.risk) else {
            throw .invalid("The risk is one of: read-only, side-effect, critical.")
        }
        guard let setting = RateSetting(request.limit) else {
            throw .invalid("The limit is a number of 1 to 1000000 with /min, off, or inherit.")
        }
        let server = try request.server.map { text throws(Problem) -> ServerName in
            try Exchange.parse(text, what: "The server")
        }
        return set(RateLimit.Scope(server: server, risk: risk), setting, by: caller)
    }
}

extension Approvals {
    static func setRule(_ request: ApprovalRuleRequest, by caller: Caller) throws(Problem) -> Command<RuleLine> {
        let scope = try ApprovalRule.Scope(server: request.server, risk: request.risk, category: request.category)
        return setRule(scope, try ApprovalTerms(request.votes), by: caller)
    }
}

extension Alerts {
    static func set(
        _ rule: AlertRule,
        _ request: AlertRuleRequest,
        by caller: Caller
    ) throws(Problem) -> Command<RuleStanding> {
        set(rule, try AlertChange(request, of: rule).apply, by: caller)
    }
}
