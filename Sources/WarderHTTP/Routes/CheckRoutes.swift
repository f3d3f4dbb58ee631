import NIOHTTP1
import WarderCore
import WarderModel

/// Looking at every row, and saving what still opens.
extension RouteTable {
    static let checks: [Route] = [
        Route(.POST, "/v1/sys/check", action: .doctorDeep, body: .small) { exchange throws(Problem) in
            try exchange.expectNoBody()
            let vault = exchange.vault
            return exchange.produce(permission: Checks.deep(by: exchange.caller)) { production in
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
            return exchange.produce(permission: Checks.salvage(by: exchange.caller)) { production in
                let outcome = try vault.salvage { piece in
                    for part in CheckLines.version(piece) { try production.put(part) }
                }
                try production.put(CheckLines.outcome(outcome))
            }
        },
    ]
}

extension Exchange {
    /// An answer in lines, made by a thread of its own once the vault has permitted it. One at a time: each reads the
    /// whole database.
    fileprivate func produce(
        permission command: Command<Void>,
        _ body: @escaping @Sendable (Production) throws -> Void
    ) -> Work {
        let (vault, context) = (vault, context)
        let production = Production()
        let reader = Production.Reader(production)
        return .stream(
            .jsonLines,
            permission: { done in
                vault.submit(command) { outcome in
                    if case .failure(let refusal) = outcome { return done(refusal) }
                    guard context.walks.enter() else { return done(.checkUnderWay) }
                    context.slowWork {
                        defer { context.walks.leave() }
                        do {
                            try body(production)
                            production.end()
                        } catch let stop as DeepCheck.Stop {
                            try? production.put(CheckLines.failure(stop))
                            production.end()
                        } catch { production.end(error) }
                    }
                    done(nil)
                }
            },
            next: { try reader.next() }
        )
    }
}
