import WarderModel
package import WarderWire

extension CommandFailure {
    /// What the vault said, its reason, and what mends it; `subject` is the name that the command was about.
    package init(_ refusal: ErrorBody.Failure, subject: String?, retryAfterSeconds: Int?) {
        let known = refusal.reason.flatMap(Refusal.init(rawValue:))
        let ownAdvice = known.flatMap { Self.advice($0, subject: subject ?? "NAME") }
        var message = Self.sentence(TerminalText.escaped(refusal.message))
        // The vault names a command; here the name that it is about is known as well.
        if ownAdvice != nil { message = Self.withoutCommand(message) }
        let reason = refusal.reason.flatMap { $0 == refusal.code.rawValue ? nil : TerminalText.escaped($0) }
        let advice = ownAdvice ?? Self.advice(refusal.code, retryAfterSeconds: retryAfterSeconds)
        // Who is no operator can look nothing up.
        let isStranger = known == .notAnOperator
        self.init(
            ExitStatus(refusal.code),
            reason.map { "\(message) (\($0))" } ?? message,
            hints: Self.namesCommand(message) ? [] : advice.map { [$0] } ?? []
        )
        isWrongPassphrase = refusal.code == .wrongPassphrase
        needsPresence = refusal.code == .presenceRequired && refusal.reason != Presence.notSet
        if Self.deservesLookup(refusal.code), !isStranger, Self.isRequestID(refusal.requestID) {
            hints.append("In the log: warder audit search --where request_id=\(refusal.requestID)")
        }
    }

    /// Most of the vault's messages name the command that mends them.
    private static func namesCommand(_ message: String) -> Bool { message.contains("\(Console.programName) ") }

    /// The sentence before `Run: warder …` or `An admin can run: warder …`.
    private static func withoutCommand(_ text: String) -> String {
        let start = text.firstRange(of: ". Run: ") ?? text.firstRange(of: ". An admin can run: ")
        return start.map { String(text[..<$0.lowerBound]) } ?? text
    }

    /// The vault speaks in whole sentences; here they follow the program's name.
    private static func sentence(_ text: String) -> String {
        let isWord = text.dropFirst().first?.isLowercase == true
        let start = isWord ? text.prefix(1).lowercased() + text.dropFirst() : text
        return start.hasSuffix(".") ? String(start.dropLast()) : start
    }

    private static func isRequestID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || "0123456789_-".contains(Character($0)))
            }
    }

    private static func deservesLookup(_ code: ErrorCode) -> Bool {
        code == .denied || code == .internalError || code == .approvalRequired
    }

    private static func advice(_ code: ErrorCode, retryAfterSeconds: Int?) -> String? {
        switch code {
        case .sealed: "Open it: warder unseal"
        case .notInitialised: "Set it up: warder init"
        case .approvalRequired: "See the class of the tool: warder tool list"
        case .auditUnavailable:
            "Nothing was done, because it could not be recorded. Is the disk full? Try: df -h; journalctl -u warderd"
        case .rateLimited: retryAfterSeconds.map { "Try again in \($0)s" } ?? "Try again in a moment"
        case .unavailable: "Try again in a moment; if it lasts: systemctl status warderd"
        case .internalError: "The daemon's own log says more: journalctl -u warderd"
        case .methodNotAllowed, .unsupportedMediaType:
            "Are warder and warderd of the same version? Try: warder --version; warder status"
        default: nil
        }
    }

    /// The command that mends a refusal, where there is one for all cases.
    private static func advice(_ reason: Refusal, subject: String) -> String? {
        switch reason {
        case .presenceNotSet:
            "Get a code from an admin (warder operator enrol NAME), then set one: warder operator passphrase"
        case .notAnOperator: "For an admin to run: warder operator add NAME --uid \(Accounts.ownUID) --role ROLE"
        case .roleMissing:
            "Your roles: warder operator list; for an admin to change them: warder operator add (it replaces them)"
        case .serverQuarantined: "Let it in again: warder server release SERVER"
        case .inUse: "Remove what depends on it first: warder grant list; warder tool list"
        case .lastAdmin: "Add another admin first: warder operator add NAME --uid UID --role admin"
        case .secretDeleted: "Bring it back: warder secret undelete \(subject)"
        case .versionMissing, .versionDestroyed, .fieldMissing, .checkFailed, .nothingToUndo:
            "See its versions and fields: warder secret show \(subject)"
        case .secretMissing: "See what there is: warder secret list"
        case .notFound:
            "See what there is: warder server list; warder tool list; warder grant list; warder operator list"
        case .selectorsEmpty: "Say how the kernel recognises it: --uid, --gid, --group, --unit, --executable"
        case .toolMissing: "Register it: warder tool add SERVER/TOOL"
        case .memoryNotLocked: "Raise the daemon's limit: LimitMEMLOCK=64M in its unit (for a shell: ulimit -l)"
        case .alreadyInitialised: "Look: warder status"
        case .keysChanged, .slotMissing, .slotLimit, .slotNotOpened, .slotTakesNoPassphrase, .rotationUnderWay:
            "See what there is: warder key slots"
        case .lastSlot: "Add another first: warder key add-slot"
        case .shareMistyped, .shareMalformed: "Copy it again, all of it: it begins with wdr_s_"
        case .shareForeign: "See which shares open this vault: warder status"
        case .shareTwice: "The next person brings theirs: warder unseal --share"
        case .attemptUnknown: "See its name: warder status; then: warder unseal --share --attempt NAME"
        case .keysDamaged: "Restore the database from a backup, and ask who could write to it"
        case .valueDamaged: "Restore the database from a backup; the daemon's log says which record it is"
        default: nil
        }
    }
}
