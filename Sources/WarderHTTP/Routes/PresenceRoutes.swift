import HashTreeCollections
import NIOHTTP1
import SecretMemory
import StrictJSON
import WarderCore
import WarderModel
import WarderWire

/// An operator's own passphrase: proving it, changing it, and coming to one.
extension RouteTable {
    static let presence: [Route] = [
        Route(.POST, "/v1/presence", slow: .presenceProve, body: .small) { exchange throws(Problem) in
            let passphrase = try exchange.decode(SecretBodies.Presence.self).passphrase.bytes
            try Exchange.checkLength(passphrase)
            return .passphrase { finish in
                exchange.vault.provePresence(passphrase, by: exchange.caller) { outcome in
                    finish { outcome.map { .json(PresenceProof(proof: $0)) } }
                }
            }
        },
        Route(.PUT, "/v1/presence", slow: .presenceSet, body: .small) { exchange throws(Problem) in
            let passphrase = try exchange.decode(SecretBodies.Presence.self).passphrase.bytes
            try Exchange.checkStrength(passphrase)
            let person = try exchange.registered()
            guard person.presence != nil else { throw .forOperator(.presenceNotSet) }
            guard exchange.caller.presenceProof != nil else { throw .forOperator(.presenceRequired) }
            return try exchange.setPassphrase(passphrase) { Operators.setPresence($0, by: exchange.caller) }
        },
        Route(.POST, "/v1/presence/enrol", slow: .presenceEnrol, body: .small) { exchange throws(Problem) in
            let request = try exchange.decode(SecretBodies.Enrolment.self)
            let passphrase = request.passphrase.bytes
            try Exchange.checkStrength(passphrase)
            let person = try exchange.registered()
            guard let code = EnrolmentCode(request.code.bytes),
                code.opens(person.enrolment, at: exchange.vault.clock.now().wall)
            else { return exchange.ask(Enrolments.refuse(by: exchange.caller)) { .json(Done(name: $0.text)) } }
            return try exchange.setPassphrase(passphrase) { Enrolments.use(code, toSet: $0, by: exchange.caller) }
        },
    ]
}

extension Exchange {
    /// Only a registered operator may make the vault work for a new passphrase.
    fileprivate func registered() throws(Problem) -> Operator {
        guard let uid = caller.peer?.uid, let state = vault.state else { throw .forOperator(.sealed) }
        guard let person = state.operators[uid] else { throw .forOperator(.notAnOperator) }
        return person
    }

    /// And not often.
    fileprivate func setPassphrase(
        _ passphrase: SecretBytes,
        _ command: @escaping @Sendable (PresenceVerifier) -> Command<OperatorName>
    ) throws(Problem) -> Work {
        guard let uid = caller.peer?.uid else { throw .forOperator(.notAnOperator) }
        if case .wait = vault.presenceThrottle.begin(uid, at: vault.clock.now()) {
            return .decision(.presenceSet) { finish in finish { .failure(.throttled) } }
        }
        return .passphrase { finish in
            do throws(Refusal) {
                let verifier = try PresenceVerifier(passphrase: passphrase, cost: passphraseCost())
                vault.submit(command(verifier)) { outcome in
                    if case .success = outcome { vault.presenceThrottle.succeed(uid) }
                    finish { outcome.map { .json(Done(name: $0.text)) } }
                }
            } catch {
                finish { .failure(error) }
            }
        }
    }
}
