import NIOHTTP1
import TransparencyLog
import WarderCore
import WarderModel

/// Checkpoints and proofs, in the texts that other programs read. docs/formats/transparency-log.md.
extension RouteTable {
    static let proofs: [Route] = [
        Route(.GET, "/v1/audit/checkpoint", action: .auditProve, query: ["size"]) { exchange throws(Problem) in
            let vault = exchange.vault
            guard let size = try exchange.eventNumber("size") else {
                return exchange.prove(nil) { () throws(Refusal) in try vault.recentCheckpoint().note }
            }
            return exchange.prove(nil) { () throws(Refusal) in try vault.signCheckpoint(at: size) }
        },
        Route(.GET, "/v1/audit/proof", action: .auditProve, query: ["event"]) { exchange throws(Problem) in
            let vault = exchange.vault
            guard let event = try exchange.eventNumber("event") else { throw .invalid("Name an event: event=NUMBER.") }
            return exchange.prove(event) { () throws(Refusal) in try vault.inclusionProof(of: event).bytes }
        },
        Route(.GET, "/v1/audit/consistency", action: .auditProve, query: ["since"]) { exchange throws(Problem) in
            let vault = exchange.vault
            guard let since = try exchange.eventNumber("since") else {
                throw .invalid("Name the size of an earlier checkpoint: since=NUMBER.")
            }
            return exchange.prove(nil) { () throws(Refusal) in
                let (proof, note) = try vault.consistencyProof(since: since)
                return Array((proof.text + "\n").utf8) + note.bytes
            }
        },
        Route(.GET, "/v1/audit/keys", action: .auditProve) { exchange throws(Problem) in
            let vault = exchange.vault
            return exchange.prove(nil) { () throws(Refusal) in try vault.logKeyHistory() }
        },
    ]
}

extension Exchange {
    /// Work that is permitted, recorded, and then done beside the writer's thread.
    fileprivate func prove(
        _ event: UInt64?,
        _ body: @escaping @Sendable () throws(Refusal) -> [UInt8]
    ) -> Work {
        let (vault, caller, context) = (vault, caller, context)
        return .slow { finish in
            vault.submit(Proofs.ask(about: event, by: caller)) { outcome in
                if case .failure(let refusal) = outcome { return finish { .failure(refusal) } }
                context.slowWork {
                    let outcome = Result { () throws(Refusal) in
                        var answer = Answer(.ok, body: try body())
                        answer.mediaType = .plainText
                        return answer
                    }
                    finish { outcome }
                }
            }
        }
    }

    fileprivate func eventNumber(_ name: String) throws(Problem) -> UInt64? {
        guard let text = try target.parameter(name) else { return nil }
        guard let number = UInt64(text), number > 0, number <= UInt64(Int64.max) else {
            throw .invalid("\(name) is the number of an event.")
        }
        return number
    }
}
