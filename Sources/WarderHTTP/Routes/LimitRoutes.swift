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
            return exchange.ask(try Limits.set(request, by: exchange.caller)) { .json(LimitSummary($0)) }
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
