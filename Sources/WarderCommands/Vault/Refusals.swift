import WarderModel
import WarderWire

extension CommandFailure {
    /// What the vault said, its reason, and what mends it: the vault says what is wrong, the command what to do.
    ///
    /// - Parameters:
    ///   - refusal: The vault's answer.
    ///   - subject: What the request was about.
    ///   - asker: The operator who runs this command, where that is known.
    ///   - retryAfterSeconds: When to come back, if the vault said so.
    init(
        _ refusal: ErrorBody.Failure,
        about subject: Subject,
        asker: OperatorSummary? = nil,
        retryAfterSeconds: Int? = nil
    ) {
        let known = refusal.reason.flatMap(Refusal.init(rawValue:))
        let advice =
            known.flatMap { Remedy.text(for: $0, about: subject, asker: asker) }
            ?? Remedy.text(for: refusal.code, retryAfterSeconds: retryAfterSeconds)
        let message = Self.sentence(TerminalText.escaped(refusal.message))
        let reason = refusal.reason.flatMap { $0 == refusal.code.rawValue ? nil : TerminalText.escaped($0) }
        self.init(
            ExitStatus(refusal.code),
            reason.map { "\(message) (\($0))" } ?? message,
            hints: advice.map { [$0] } ?? []
        )
        isWrongPassphrase = refusal.code == .wrongPassphrase
        isPassing = [.sealed, .unavailable, .rateLimited].contains(refusal.code)
        needsPresence = refusal.code == .presenceRequired && refusal.reason != Presence.notSet
        if Self.canLookUp(refusal, asker) {
            hints.append("In the log: warder audit search --where request_id=\(refusal.requestID)")
        }
    }

    /// Whether who is asking makes a difference to what is said: their roles, and whether they may read the log.
    static func dependsOnAsker(_ refusal: ErrorBody.Failure) -> Bool {
        let known = refusal.reason.flatMap(Refusal.init(rawValue:))
        return known == .roleMissing || (deservesLookup(refusal) && known != .notAnOperator)
    }

    /// The vault speaks in whole sentences; here they follow the program's name and a colon.
    private static func sentence(_ text: String) -> String {
        let isWord = text.dropFirst().first?.isLowercase == true || text.hasPrefix("A ")
        let start = isWord ? text.prefix(1).lowercased() + text.dropFirst() : text
        return start.hasSuffix(".") ? String(start.dropLast()) : start
    }

    /// The log is for auditors: nobody else is sent there, and whoever lacks a role has to be known to have that one.
    private static func canLookUp(_ refusal: ErrorBody.Failure, _ asker: OperatorSummary?) -> Bool {
        guard deservesLookup(refusal) else { return false }
        guard let asker else {
            return ![Refusal.roleMissing.rawValue, Refusal.notAnOperator.rawValue].contains(refusal.reason)
        }
        return asker.roles.contains(Role.auditor.rawValue)
    }

    private static func deservesLookup(_ refusal: ErrorBody.Failure) -> Bool {
        [.denied, .internalError, .approvalRequired].contains(refusal.code) && isRequestID(refusal.requestID)
    }

    private static func isRequestID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || "0123456789_-".contains(Character($0)))
            }
    }
}
