import NIOHTTP1
import WarderCore

extension RouteTable {
    static let backups: [Route] = [
        Route(.GET, "/v1/backup") { exchange in
            let making = BackupMaking(exchange.vault, program: exchange.context.facts.version)
            return .stream(
                .backup,
                permission: { done in
                    exchange.vault.submit(Backups.create(by: exchange.caller)) { outcome in
                        switch outcome {
                        case .success: done(nil)
                        case .failure(let refusal): done(refusal)
                        }
                    }
                },
                next: { try making.next() }
            )
        }
    ]
}
