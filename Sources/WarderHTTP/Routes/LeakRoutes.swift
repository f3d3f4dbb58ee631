import NIOHTTP1
import WarderCore
import WarderModel

/// Looking for a value in the log.
extension RouteTable {
    static let leaks: [Route] = [
        Route(.POST, "/v1/audit/find-leak", action: .auditFindLeak, body: .values) { exchange throws(Problem) in
            let needle = LeakNeedle(try exchange.decode(SecretBodies.FindLeak.self).bytes())
            let vault = exchange.vault
            return exchange.produce(.jsonLines, permission: LeakSearch.find(by: exchange.caller)) { last, production in
                let report = try vault.findLeak(
                    of: needle,
                    through: last,
                    progress: { progress in try? production.put(CheckLines.progress(progress)) },
                    isCancelled: { production.isAbandoned }
                )
                for line in LeakLines.report(report) { try production.put(line) }
            }
        }
    ]
}
