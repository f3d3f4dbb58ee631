import NIOHTTP1
import WarderCore
import WarderModel

extension RouteTable {
    static let backups: [Route] = [
        Route(.GET, "/v1/backup", action: .backupCreate) { exchange in
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
