import WarderModel

/// Classes of the Open Cybersecurity Schema Framework, and what was done in their words.
enum OCSFClass: Int {
    case authentication = 3002
    case authorizeSession = 3003
    case entityManagement = 3004
    case applicationLifecycle = 6002
    case apiActivity = 6003

    var name: String {
        switch self {
        case .authentication: "Authentication"
        case .authorizeSession: "Authorize Session"
        case .entityManagement: "Entity Management"
        case .applicationLifecycle: "Application Lifecycle"
        case .apiActivity: "API Activity"
        }
    }

    /// 3 is Identity & Access Management, 6 is Application Activity.
    var category: Int { rawValue / 1000 }
    var categoryName: String { category == 3 ? "Identity & Access Management" : "Application Activity" }
}

/// An action as the framework has it.
struct OCSFActivity {
    let type: OCSFClass
    let id: Int
    let name: String
    /// What an event of entity management is about.
    var entity: OCSFEntityKind?

    /// `type_uid`.
    var typeID: Int { type.rawValue * 100 + id }
    var typeName: String { "\(type.name): \(name)" }
}

/// The kinds of thing that are managed.
enum OCSFEntityKind {
    case secret, server, tool, grant, person, slot, keyring, approvalRule, approval
}

extension OCSFActivity {
    /// An action that this version does not know: that somebody asked for it, and no more.
    static let unknown = OCSFActivity(type: .apiActivity, id: 99, name: "Other")

    private static func api(_ effect: Effect) -> OCSFActivity {
        switch effect {
        case .create: OCSFActivity(type: .apiActivity, id: 1, name: "Create")
        case .read: OCSFActivity(type: .apiActivity, id: 2, name: "Read")
        case .update: OCSFActivity(type: .apiActivity, id: 3, name: "Update")
        case .delete: OCSFActivity(type: .apiActivity, id: 4, name: "Delete")
        case .use, .start, .stop, .authenticate: unknown
        }
    }

    private static func lifecycle(_ id: Int, _ name: String) -> OCSFActivity {
        OCSFActivity(type: .applicationLifecycle, id: id, name: name)
    }

    private static func manage(_ entity: OCSFEntityKind, _ id: Int, _ name: String) -> OCSFActivity {
        OCSFActivity(type: .entityManagement, id: id, name: name, entity: entity)
    }

    /// Without a default: a new action must get a place here.
    init(_ action: Action) {
        self =
            switch action {
            case .vaultInit: Self.lifecycle(1, "Install")
            case .vaultStart: Self.lifecycle(3, "Start")
            case .vaultStop: Self.lifecycle(4, "Stop")
            case .vaultUnseal: Self.lifecycle(6, "Enable")
            case .vaultSeal: Self.lifecycle(7, "Disable")
            case .backupRestore: Self.lifecycle(1, "Install")
            case .backupRelease: Self.lifecycle(6, "Enable")
            case .unsealShare, .unsealCancel: Self.lifecycle(99, "Other")

            case .presenceProve: OCSFActivity(type: .authentication, id: 1, name: "Logon")
            case .approvalRuleSet: Self.manage(.approvalRule, 3, "Update")
            case .approvalRuleRemove: Self.manage(.approvalRule, 4, "Delete")
            case .standingAdd: Self.manage(.approval, 1, "Create")
            case .standingRevoke: Self.manage(.approval, 4, "Delete")
            case .tokenIssue: OCSFActivity(type: .authorizeSession, id: 1, name: "Assign Privileges")

            case .secretPut: Self.manage(.secret, 1, "Create")
            case .secretSet, .secretPromote, .secretRollback: Self.manage(.secret, 3, "Update")
            case .rotationSet, .rotationRemove, .rotationPromote, .rotationDemote: Self.manage(.secret, 3, "Update")
            case .secretUndelete: Self.manage(.secret, 8, "Enable")
            case .secretDelete, .secretDestroy: Self.manage(.secret, 4, "Delete")
            case .serverAdd: Self.manage(.server, 1, "Create")
            case .serverUpdate: Self.manage(.server, 3, "Update")
            case .serverQuarantine: Self.manage(.server, 12, "Suspend")
            case .serverRelease: Self.manage(.server, 13, "Resume")
            case .serverRemove: Self.manage(.server, 4, "Delete")
            case .toolAdd: Self.manage(.tool, 1, "Create")
            case .toolSet, .toolImport, .toolChange, .toolAccept: Self.manage(.tool, 3, "Update")
            case .toolRemove: Self.manage(.tool, 4, "Delete")
            case .grantAdd: Self.manage(.grant, 1, "Create")
            case .grantRemove: Self.manage(.grant, 4, "Delete")
            case .operatorAdd: Self.manage(.person, 1, "Create")
            case .operatorEnrol, .operatorEnrolShare, .presenceEnrol: Self.manage(.person, 6, "Enroll")
            case .presenceSet: Self.manage(.person, 3, "Update")
            case .operatorRemove: Self.manage(.person, 4, "Delete")
            case .slotAdd: Self.manage(.slot, 1, "Create")
            case .slotChange: Self.manage(.slot, 3, "Update")
            case .slotRemove: Self.manage(.slot, 4, "Delete")
            case .keyRotate, .keyRewrap, .keyRotateRoot, .keyRotateLog: Self.manage(.keyring, 3, "Update")

            case .secretReveal, .secretSalvage, .secretList, .secretShow, .secretResolve, .secretWatch,
                .tokenRenew, .tokenDrop, .tokenList, .tokenRevoke, .callReport, .serverList, .toolList, .grantList,
                .inventoryRead, .inventoryApply, .operatorList, .keyList,
                .backupCreate, .backupReview, .auditSearch, .auditExport, .auditProve, .auditFindLeak, .auditPrune,
                .doctorRead,
                .doctorDeep, .reportRead, .rotationList, .rotationStart, .rotationTest, .rotationPause, .rotationResume,
                .rotationAbort, .rotationRollback, .rotationForget, .rotationBegin, .rotationStep, .rotationAnswer,
                .rotationEnd, .limitSet, .limitList, .tokenLimited, .alertList, .alertAck, .alertMute,
                .alertSet, .alertRaise, .alertLearn, .noticeSend, .launchStart, .launchEnd,
                .approvalRequest, .approvalWatch,
                .approvalList, .approvalShow,
                .approvalApprove, .approvalDeny, .approvalBreakGlass, .approvalReview, .approvalRuleList, .standingList,
                .peerUnknown, .peerLimited,
                .peerSealed, .peerRefused, .peerMalformed:
                Self.api(action.effect)
            }
    }
}
