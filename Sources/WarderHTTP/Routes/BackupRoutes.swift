import NIOHTTP1
import WarderCore
import WarderModel
import WarderWire

extension RouteTable {
    static let backups: [Route] = [
        Route(.GET, "/v1/backup", action: .backupCreate) { exchange in
            let (vault, caller, program) = (exchange.vault, exchange.caller, exchange.context.facts.version)
            return exchange.produce(.backup, permission: Backups.create(by: caller)) { _, production in
                let making = BackupMaking(vault, program: program, isCancelled: { production.isAbandoned })
                try vault.handOver(making, to: caller) { piece in try production.put(piece) }
            }
        },
        Route(.POST, "/v1/backup/kept", action: .backupCreate, body: .small) { exchange throws(Problem) in
            let kept = try exchange.decode(BackupKept.self)
            let (vault, caller) = (exchange.vault, exchange.caller)
            return .decision(.backupCreate) { finish in
                vault.keepBackup(header: kept.headerSHA256, bytes: kept.bytes, by: caller) { outcome in
                    finish { outcome.map { .json(BackupCheck($0)) } }
                }
            }
        },
        Route(.GET, "/v1/backup/review", action: .backupReview, query: ["limit", "offset"]) {
            exchange throws(Problem) in
            try exchange.reviewBackup()
        },
        Route(.POST, "/v1/backup/release", action: .backupRelease, body: .small) { exchange throws(Problem) in
            try exchange.expectNoBody()
            return exchange.ask(Backups.release(by: exchange.caller)) { .json(exchange.status()) }
        },
    ]
}

extension Exchange {
    private static let maximumReviewed: Int64 = 1000

    /// The log is walked through after the permission is on disk.
    fileprivate func reviewBackup() throws(Problem) -> Work {
        let (vault, context) = (vault, context)
        let limit = try number("limit", in: 1...Self.maximumReviewed) ?? Self.maximumReviewed
        let offset = try number("offset", in: 0...Int64(Int32.max)) ?? 0
        let page = Int(offset)..<Int(offset + limit)
        return .decision(.backupReview) { finish in
            vault.submit(Backups.review(by: caller)) { outcome in
                switch outcome {
                case .failure(let refusal): finish { .failure(refusal) }
                case .success(let origin):
                    context.slowWork {
                        let review = Result { () throws(Refusal) in try vault.review(of: origin) }
                        finish { review.map { .json(BackupReview($0, page: page)) } }
                    }
                }
            }
        }
    }
}
