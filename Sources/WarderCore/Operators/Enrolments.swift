import HashTreeCollections
package import SecretMemory
import WarderCrypto
package import WarderModel

/// How an operator comes to a passphrase: an admin makes a code and hands it over, and whoever brings it sets one.
///
/// Without it the first program under an operator's uid could set that operator's passphrase before they do.
package enum Enrolments {
    /// A new code. The vault keeps its hash, and shows it this once.
    package struct Made: Sendable {
        package let name: OperatorName
        package let code: SecretBytes
        package let until: Timestamp
    }

    /// Makes a code that works once, for a day; an earlier one of theirs works no more. The passphrase that they have
    /// stays until they have set another. Requires `admin`, and presence.
    package static func make(for name: OperatorName, by caller: Caller) -> Command<Made> {
        Command(.operatorEnrol, by: caller, describe: { $0.changes = ["name=\(name)"] }) {
            transaction,
            event throws(Refusal) in
            try make(for: name, in: &transaction, &event)
        }
    }

    /// The work itself, for whoever may.
    static func make(
        for name: OperatorName,
        in transaction: inout Transaction,
        _ event: inout Event
    ) throws(Refusal) -> Made {
        guard var person = transaction.state.operators.values.first(where: { $0.name == name }) else {
            throw .notFound
        }
        let body = SecureRandom.bytes(count: 32)
        let until = transaction.now.wall.adding(seconds: Enrolment.lifetimeSeconds)
        person.enrolment = Enrolment(hash: SHA256Digest.hash(body), until: until)
        try transaction.put(person, &event)
        do {
            let code = try SecretBytes(copying: Array(EnrolmentCode.text(body).utf8))
            return Made(name: name, code: code, until: until)
        } catch { throw .memoryNotLocked }
    }

    /// Sets the caller's own passphrase. Requires a registered operator, and the code that was made for them.
    package static func use(
        _ code: EnrolmentCode,
        toSet verifier: PresenceVerifier,
        by caller: Caller
    ) -> Command<OperatorName> {
        Command(.presenceEnrol, by: caller) { transaction, event throws(Refusal) in
            guard let uid = caller.peer?.uid, var person = transaction.state.operators[uid] else {
                throw .notAnOperator
            }
            guard code.opens(person.enrolment, at: transaction.now.wall) else { throw .enrolmentInvalid }
            person.enrolment = nil
            person.presence = verifier
            try transaction.put(person, &event)
            transaction.forgetProofs(of: uid)
            return person.name
        }
    }

    /// Writes down that a code was brought that is none, before the vault works for it.
    package static func refuse(by caller: Caller) -> Command<OperatorName> {
        Command(.presenceEnrol, by: caller) { _, _ throws(Refusal) in throw .enrolmentInvalid }
    }
}

/// A code as somebody brought it.
package struct EnrolmentCode: Sendable {
    static let prefix = "wdr_e_"

    private let hash: [UInt8]

    /// `nil` for what cannot be a code.
    package init?(_ text: SecretBytes) {
        let body = unsafe text.withUnsafeBytes { bytes in
            TokenText.decode(unsafe String(decoding: bytes, as: UTF8.self), prefix: Self.prefix)
        }
        guard let body else { return nil }
        hash = SHA256Digest.hash(body)
    }

    static func text(_ body: [UInt8]) -> String { TokenText.encode(body, prefix: prefix) }

    /// Whether it is the one that was made, and still works. Whoever could measure how far two hashes agree would know
    /// no more of the code.
    package func opens(_ enrolment: Enrolment?, at now: Timestamp) -> Bool {
        guard let enrolment else { return false }
        return enrolment.hash == hash && now < enrolment.until
    }
}
