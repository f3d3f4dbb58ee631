import WarderModel
import WarderWire

/// What to do about a refusal: one line, mostly a command that can be run as it stands.
enum Remedy {
    /// By the code alone, for reasons that have no line of their own.
    static func text(for code: ErrorCode, retryAfterSeconds: Int?) -> String? {
        switch code {
        case .sealed: "Open it: warder unseal"
        case .notInitialised: "Set it up: warder init"
        case .approvalRequired: "See what waits for a yes: warder approval list"
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

    /// By the reason and what the request was about.
    static func text(for reason: Refusal, about subject: Subject, asker: OperatorSummary?) -> String? {
        let secret = secret(of: subject) ?? "NAME"
        return switch reason {
        case .roleMissing: roles(subject, asker)
        case .notFound: list(of: missing(subject))
        case .alreadyExists: existing(subject)
        case .inUse: dependants(subject)
        case .nothingToUndo: state(subject)

        case .notAnOperator where subject.action == .unsealCancel:
            "As root, or as the daemon's user: warder unseal --cancel"
        case .notAnOperator: "For an admin to run: warder operator add NAME --uid \(Accounts.ownUID) --role ROLE"
        case .presenceNotSet:
            "Get a code from an admin (warder operator enrol NAME), then set one: warder operator passphrase"
        case .enrolmentInvalid: "Get another from an admin, who runs: warder operator enrol NAME"
        case .wrongKey where subject.action == .keyRotateRoot:
            "Try again with what opens that slot, or let it go: warder key rotate --root --drop SLOT"
        case .wrongKey where subject.action == .unsealShare:
            "One of them is no share of this set: all that were brought are dropped, and people begin again: warder unseal --share"
        case .wrongKey where subject.action == .operatorEnrolShare:
            "One of them is no share of this set: all that were brought are dropped, and people begin again: warder operator enrol \(subject.name ?? "NAME") --share"
        case .wrongKey: "See what opens it: warder status"
        case .wrongPassphrase where subject.action == .slotChange:
            "It is the old one of this slot that is wrong; see what there is: warder key slots"
        case .lastAdmin: "Add another admin first: warder operator add NAME --uid UID --role admin"
        case .restoredVault: "Look what may be out of date: warder backup review; let servers in: warder backup release"
        case .checkUnderWay: "Wait until it has ended, and try again"
        case .noRoom: "Make room for as much as the database takes: df -h"
        case .unknownPeer: "See who is registered: warder server list"
        case .serverQuarantined: "Let it in again: warder server release SERVER"
        case .selectorsEmpty:
            "Say how the kernel recognises it: --uid, --gid, --group or --unit, and --executable only beside one of them"
        case .toolMissing: "Register it: warder tool add \(tool(of: subject) ?? "SERVER/TOOL")"
        case .approvalRequired: "See what waits for a yes: warder approval list"
        case .approvalPending, .approvalTwice, .approvalDecided, .approvalStale, .approvalNotYours:
            "See who is asked, and what was said: warder approval show \(subject.approval ?? "APPROVAL")"
        case .approvalDenied, .approvalExpired: "See what was decided: warder approval list --all"
        case .reviewOwed:
            "Another admin, approver or auditor looks at them (warder approval list --reviews) and says so: warder approval review APPROVAL --reason REASON"
        case .approvalOwn: "Ask another person: warder operator list"
        case .approvalLimit:
            "Decide about those that wait: warder approval list; what is let through: warder approval standing list"
        case .toolChanged:
            "Look what changed: warder tool diff SERVER/TOOL; then: warder tool accept SERVER/TOOL --reason REASON"
        case .toolDigestMissing, .toolDigestMismatch: "See the accepted definition: warder tool show SERVER/TOOL"
        case .offerChanged: "Look at what waits now: warder tool diff"
        case .grantMissing: "Make one: warder grant add SERVER/TOOL SECRET"
        case .grantExpired: "Renew it: warder grant remove SERVER/TOOL SECRET; then warder grant add"

        case .secretMissing: "See what there is: warder secret list"
        case .secretDeleted: "Bring it back: warder secret undelete \(secret)"
        case .checkFailed where subject.action == .inventoryApply: "See what would change now: warder plan -f FILE"
        case .versionMissing, .versionDestroyed, .fieldMissing, .checkFailed:
            "See its versions and fields: warder secret show \(secret)"

        case .rateLimited: "See the limits: warder limit list"
        case .rotationMissing: "Say how: warder rotate schedule \(secret) --rotator random --every 30d"
        case .rotationEnded: "Begin one: warder rotate now \(secret)"
        case .rotationBusy, .rotationNotWaiting: "See where it stands: warder rotate status \(secret)"
        case .rotationPromoted: "Go back to the value before: warder rotate rollback \(secret)"
        case .rotationNotPromoted: "Give it up: warder rotate abort \(secret)"
        case .rotationRetired: "Make another value: warder rotate now \(secret)"
        case .rotationSettings: "See what it is made of: warder rotate status \(secret)"
        case .rotationOrphaned:
            "Take them away at the upstream, and then: warder rotate status \(secret); warder rotate forget \(secret) ROTATION"
        case .workerMissing: "Start it: systemctl start warder-worker; who else starts it says: warder status"

        case .memoryNotLocked: "Raise the daemon's limit: LimitMEMLOCK=64M in its unit (for a shell: ulimit -l)"
        case .alreadyInitialised: "Look: warder status"
        case .slotLimit: "Take one away that is no longer needed: warder key slots; warder key remove-slot"
        case .keysChanged where subject.action == .operatorEnrolShare:
            "Begin again: warder operator enrol \(subject.name ?? "NAME") --share"
        case .keysChanged, .slotMissing, .slotNotOpened, .slotTakesNoPassphrase: "See what there is: warder key slots"
        case .rotationUnderWay:
            "See how far it is: warder key slots; which rows hold it up, if it stands still: warder doctor --deep"
        case .lastSlot: "Add another first: warder key add-slot"
        case .shareMistyped, .shareMalformed:
            "Copy it again, all of it, in small letters and without blanks: it begins with wdr_s_"
        case .shareForeign:
            "Shares of one set begin alike, in the seven groups behind wdr_s_: compare with another person's"
        case .shareTwice where subject.action == .operatorEnrolShare:
            "The next person brings theirs: warder operator enrol \(subject.name ?? "NAME") --share --attempt ATTEMPT"
        case .attemptUnknown where subject.action == .operatorEnrolShare:
            "Ask whoever began it for its name; where it has ended, begin again: warder operator enrol \(subject.name ?? "NAME") --share; another one is dropped by: warder unseal --cancel"
        case .shareTwice: "The next person brings theirs: warder unseal --share"
        case .attemptUnknown:
            "Ask whoever began it for its name; where none is under way, yours is the first share: warder unseal --share"
        case .logContradicted:
            "Put the newest database or backup in place, or go on from this one if it is the newest: docs/operations/older-database.md"
        case .checkpointUnreadable:
            "See which: journalctl -u warderd -n 20; let the daemon read it, or move it away: docs/operations/older-database.md"
        case .logBroken: "See what is damaged: warder doctor --deep; who could write to the database?"
        case .legalHold:
            "Ask who set it: audit.legal_hold in the configuration (warder.yaml); without it, restart the daemon"
        case .tooRecent: "Name an earlier moment: warder audit prune --before 90d"
        case .keysDamaged: "Restore the database from a backup, and ask who could write to it"
        case .valueDamaged:
            "See what else is damaged: warder doctor --deep; how to go on: docs/operations/disk-damaged.md"
        case .databaseDamaged:
            "See what is damaged and save what opens, with the daemon stopped: warder rescue; how: docs/operations/disk-damaged.md"
        default: nil
        }
    }

    /// The command that gives an operator one more role: it replaces the roles, so that it names all of them.
    static func addRole(_ role: String, to person: OperatorSummary) -> String {
        let roles = Set(person.roles + [role]).sorted().map { " --role \($0)" }.joined()
        let groups = person.groups.map { " --group \($0)" }.joined()
        return TerminalText.escaped("warder operator add \(person.name) --uid \(person.uid)\(roles)\(groups)")
    }

    private static func roles(_ subject: Subject, _ asker: OperatorSummary?) -> String {
        guard let asker else {
            return "Your roles: warder operator list; an admin changes them with: warder operator add"
        }
        let command = addRole(subject.neededRole?.rawValue ?? "ROLE", to: asker)
        return asker.roles.contains(Role.admin.rawValue)
            ? "To take the role on: \(command)" : "For an admin to run: \(command)"
    }

    /// What was not there: often what the command is about, and sometimes what it is done for.
    private static func missing(_ subject: Subject) -> Substring? {
        [.toolAdd, .toolImport, .limitSet].contains(subject.action) ? "server" : subject.noun
    }

    private static func list(of noun: Substring?) -> String? {
        switch noun {
        case "alert":
            "See what there is: warder alert list --all; or, for subjects: warder server list; warder secret list"
        case "backup": "Only a restored vault has something to review: warder status"
        case "approval": "See what there is: warder approval list --all"
        case "rule", "inventory":
            "See what there is: warder approval rule list; or, for servers: warder server list; for groups: warder operator list"
        case "standing": "See what there is: warder approval standing list; or, for servers: warder server list"
        case "server", "tool", "grant", "token", "operator", "secret": "See what there is: warder \(noun ?? "") list"
        default: nil
        }
    }

    private static func existing(_ subject: Subject) -> String? {
        switch subject.action {
        case .serverAdd: "To recognise it otherwise: warder server update \(subject.name ?? "NAME") --uid UID …"
        case .toolAdd, .grantAdd:
            "To replace it: warder \(subject.noun ?? "") remove \(subject.name ?? "NAME"); then add it again"
        case .operatorAdd: "See who there is: warder operator list"
        case .secretPut:
            "See its versions: warder secret show \(subject.name ?? "NAME"); to add one, leave --check-version 0 out"
        default: list(of: subject.noun)
        }
    }

    private static func dependants(_ subject: Subject) -> String {
        switch subject.action {
        case .serverRemove:
            "See them: warder server show \(subject.name ?? "NAME"); then: warder tool remove SERVER/TOOL"
        case .toolRemove:
            "See them: warder grant list; then: warder grant remove \(subject.name ?? "SERVER/TOOL") SECRET"
        default: "Remove what depends on it first: warder grant list; warder tool list"
        }
    }

    private static func state(_ subject: Subject) -> String? {
        switch subject.noun {
        case "backup": "Look: warder status"
        case "approval": "See what waits for a review: warder approval list --reviews"
        case "alert": "See who, and why: warder alert show \(subject.name ?? "ID")"
        case "server": "See its state: warder server show \(subject.name ?? "NAME")"
        case "secret": "See its versions and fields: warder secret show \(subject.name ?? "NAME")"
        case "rotation": "See where it stands: warder rotate status \(subject.name ?? "NAME")"
        default: nil
        }
    }

    /// The secret that the request named, alone or in a grant.
    private static func secret(of subject: Subject) -> Substring? {
        switch subject.noun {
        case "secret", "rotation": subject.name.map { $0[...] }
        case "grant": subject.name?.split(separator: " ").last
        default: nil
        }
    }

    /// The tool that a grant names.
    private static func tool(of subject: Subject) -> Substring? {
        subject.action == .grantAdd ? subject.name?.split(separator: " ").first : nil
    }
}
