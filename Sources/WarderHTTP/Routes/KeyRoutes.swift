import HashTreeCollections
import NIOHTTP1
import SecretMemory
import Sealing
import StrictJSON
import WarderCore
import WarderCrypto
import WarderModel
import WarderWire

/// Key slots, and the ages of keys.
extension RouteTable {
    static let keys: [Route] = [
        Route(.GET, "/v1/keys", action: .keyList) { exchange in
            exchange.ask(Keys.list(by: exchange.caller)) { .json(KeysAnswer($0)) }
        },
        Route(.POST, "/v1/keys/slots", slow: .slotAdd, body: .small) { exchange throws(Problem) in
            try exchange.addSlot()
        },
        Route(.DELETE, "/v1/keys/slots/{slot}", action: .slotRemove) { exchange throws(Problem) in
            exchange.ask(Keys.remove(try exchange.slotID(), by: exchange.caller)) { .json(KeySlotSummary($0)) }
        },
        Route(.POST, "/v1/keys/slots/{slot}/passphrase", slow: .slotChange, body: .small) { exchange throws(Problem) in
            try exchange.changeSlot()
        },
        Route(.POST, "/v1/keys/rotate", action: .keyRotate, body: .small) { exchange throws(Problem) in
            try exchange.expectNoBody()
            return exchange.ask(Keys.rotate(by: exchange.caller)) { .json(KeysRotated(rows: $0)) }
        },
        Route(.POST, "/v1/keys/log", action: .keyRotateLog, body: .small) { exchange throws(Problem) in
            try exchange.expectNoBody()
            return exchange.ask(Keys.rotateLog(of: exchange.vault, by: exchange.caller)) {
                .json(LogKeyRotated($0))
            }
        },
        Route(.POST, "/v1/keys/root", slow: .keyRotateRoot, body: .small) { exchange throws(Problem) in
            try exchange.rotateRoot()
        },
        Route(.POST, "/v1/sys/unseal/share", action: .unsealShare, body: .small) { exchange throws(Problem) in
            let request = try exchange.decode(KeyBodies.BringShare.self)
            return .passphrase { finish in
                exchange.vault.unseal(
                    withShare: request.share.bytes,
                    attempt: request.attempt,
                    by: exchange.caller
                ) { outcome in
                    let isOpen = exchange.vault.phase == .unsealed
                    exchange.note(
                        outcome,
                        done: isOpen ? "unsealed with shares" : "a share was brought",
                        refused: "unsealing with a share failed"
                    )
                    finish { outcome.map { _ in .json(exchange.status()) } }
                }
            }
        },
        Route(.DELETE, "/v1/sys/unseal/share", action: .unsealCancel) { exchange in
            .decision(.unsealCancel) { finish in
                exchange.vault.cancelUnsealing(by: exchange.caller) { outcome in
                    finish { outcome.map { .json(exchange.status()) } }
                }
            }
        },
    ]
}

extension Exchange {
    fileprivate func slotID() throws(Problem) -> RecordID { try Self.slotID(parameters["slot"] ?? "") }

    fileprivate static func slotID(_ text: String) throws(Problem) -> RecordID {
        guard let bytes = Hex.decode(text), let id = RecordID(bytes: bytes) else {
            throw .invalid("A key slot is named by 32 hexadecimal digits.")
        }
        return id
    }

    fileprivate func addSlot() throws(Problem) -> Work {
        if vault.wouldRefuse(.slotAdd, by: caller) {
            return ask(Keys.refuse(.slotAdd, by: caller)) { (slot: KeySlot) in .json(KeySlotSummary(slot)) }
        }
        let request = try decode(KeyBodies.AddSlot.self)
        if let threshold = request.threshold, let count = request.shares, request.passphrase == nil,
            request.credentialBase64 == nil
        {
            return addShares(threshold: threshold, count: count)
        }
        guard (request.passphrase == nil) != (request.credentialBase64 == nil), request.threshold == nil,
            request.shares == nil
        else { throw .invalid("Give a passphrase, or a credential, or a threshold and a number of shares.") }
        if let passphrase = request.passphrase { try Exchange.checkStrength(passphrase.bytes) }
        let credential = try request.credentialBase64?.decodedBase64()
        if let credential, credential.count < KeySlot.minimumCredentialBytes {
            throw .invalid("A credential has at least \(KeySlot.minimumCredentialBytes) random bytes.")
        }
        return .passphrase { finish in
            do throws(Refusal) {
                let opener: SlotOpener
                if let passphrase = request.passphrase?.bytes {
                    opener = .passphrase(passphrase, try passphraseCost())
                } else if let credential {
                    opener = .credential(credential)
                } else {
                    throw .wrongKey
                }
                vault.submit(Keys.add(try vault.prepareSlot(opener), by: caller)) { outcome in
                    finish { outcome.map { .json(KeySlotSummary($0), .created) } }
                }
            } catch {
                finish { .failure(error) }
            }
        }
    }

    private func addShares(threshold: Int, count: Int) -> Work {
        .slow { finish in
            do throws(Refusal) {
                let made = try vault.prepareShares(threshold: threshold, count: count)
                vault.submit(Keys.add(made.prepared, by: caller)) { outcome in
                    finish { outcome.map { SecretAnswers.shares(made.shares, of: KeySlotSummary($0)) } }
                }
            } catch {
                finish { .failure(error) }
            }
        }
    }

    fileprivate func changeSlot() throws(Problem) -> Work {
        if vault.wouldRefuse(.slotChange, by: caller) {
            return ask(Keys.refuse(.slotChange, by: caller)) { (slot: KeySlot) in .json(KeySlotSummary(slot)) }
        }
        let id = try slotID()
        let request = try decode(KeyBodies.ChangePassphrase.self)
        try Exchange.checkLength(request.old.bytes)
        try Exchange.checkStrength(request.new.bytes)
        return .passphrase { finish in
            do throws(Refusal) {
                vault.changePassphrase(
                    of: id,
                    from: request.old.bytes,
                    to: request.new.bytes,
                    cost: try passphraseCost(),
                    by: caller
                ) { outcome in finish { outcome.map { .json(KeySlotSummary($0)) } } }
            } catch {
                finish { .failure(error) }
            }
        }
    }

    fileprivate func rotateRoot() throws(Problem) -> Work {
        if vault.wouldRefuse(.keyRotateRoot, by: caller) {
            return ask(Keys.refuse(.keyRotateRoot, by: caller)) { (rotation: RootKeyRotation) in
                .json(RootRotated(rotation))
            }
        }
        let request = try decode(KeyBodies.RotateRoot.self)
        var openings: [RootRotation.Opening] = []
        for opened in request.slots { openings.append(try opened.opening(Self.slotID(opened.slot))) }
        var dropped: Set<RecordID> = []
        for text in request.drop ?? [] { dropped.insert(try Self.slotID(text)) }
        let hold: @Sendable () -> Void = { [seconds = context.limits.seconds(forSlots: openings.count)] in
            vault.holdProof(of: caller, seconds: seconds)
        }
        return .slots(openings.count, admitted: hold) { [openings, dropped] finish in
            vault.rotateRoot(openings, dropping: dropped, by: caller, inTurns: context.passphraseTurn) { outcome in
                switch outcome {
                case .success(let rotation): finish { .success(.json(RootRotated(rotation))) }
                case .failure(let obstacle):
                    let answer = Problem(obstacle).answer(requestID: caller.requestID)
                    finish { .success(answer) }
                }
            }
        }
    }
}
