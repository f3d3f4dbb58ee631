import NIOHTTP1
import WarderCore
import WarderModel

/// Looking at every row, and saving what still opens.
extension RouteTable {
    static let checks: [Route] = [
        Route(.POST, "/v1/sys/check", action: .doctorDeep, body: .small) { exchange throws(Problem) in
            try exchange.expectNoBody()
            let vault = exchange.vault
            return exchange.produce(.jsonLines, permission: Checks.deep(by: exchange.caller)) { _, production in
                let report = try vault.checkDeeply(
                    progress: { progress in try? production.put(CheckLines.progress(progress)) },
                    isCancelled: { production.isAbandoned }
                )
                for line in CheckLines.report(report) { try production.put(line) }
            }
        },
        Route(.POST, "/v1/sys/salvage", action: .secretSalvage, body: .small) { exchange throws(Problem) in
            try exchange.expectNoBody()
            let vault = exchange.vault
            return exchange.produce(.jsonLines, permission: Checks.salvage(by: exchange.caller)) { _, production in
                let outcome = try vault.salvage { piece in
                    for part in CheckLines.version(piece) { try production.put(part) }
                }
                try production.put(CheckLines.outcome(outcome))
            }
        },
    ]
}
