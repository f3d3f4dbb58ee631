import NIOHTTP1
import WarderCore
import WarderModel
import WarderWire

/// How many tokens servers may ask for, for operators.
extension RouteTable {
    static let limits: [Route] = [
        Route(.GET, "/v1/limits", action: .limitList) { exchange in
            exchange.ask(Limits.list(by: exchange.caller)) { .json(LimitList(limits: $0.map(LimitSummary.init))) }
        },
        Route(.PUT, "/v1/limits", action: .limitSet, body: .small) { exchange throws(Problem) in
            let request = try exchange.decode(LimitRequest.self)
            guard let risk = Tool.Risk(rawValue: request.risk) else {
                throw .invalid("The risk is one of: read-only, side-effect, critical.")
            }
            guard let setting = RateSetting(request.limit) else {
                throw .invalid("The limit is a number of 1 to 1000000 with /min, off, or inherit.")
            }
            let server = try request.server.map { text throws(Problem) -> ServerName in
                try Exchange.parse(text, what: "The server")
            }
            return exchange.ask(
                Limits.set(RateLimit.Scope(server: server, risk: risk), setting, by: exchange.caller)
            ) { .json(LimitSummary($0)) }
        },
    ]
}

extension LimitSummary {
    init(_ entry: Limits.Entry) {
        self.init(
            server: entry.scope.server?.text,
            risk: entry.scope.risk.rawValue,
            perMinute: entry.perMinute.map(Int.init),
            source: entry.source.rawValue
        )
    }
}
