import HashTreeCollections
import WarderModel

/// What is wrong with grants: those that release nothing, and those that release without being asked.
enum GrantDiagnosis {
    static func collect(_ state: VaultState, at now: Timestamp) -> [Diagnosis] {
        state.grants.values.flatMap { grant in
            if let ended = ended(grant, at: now) { return [ended] }
            return [waiver(grant, in: state)].compactMap(\.self) + idle(grant, in: state)
        }
    }

    /// Why a grant that holds releases nothing all the same, or not all that it names.
    static func idle(_ grant: Grant, in state: VaultState) -> [Diagnosis] {
        [approval(grant, in: state), fields(grant, in: state)].compactMap(\.self)
    }

    private static func ended(_ grant: Grant, at now: Timestamp) -> Diagnosis? {
        guard let expires = grant.expires, expires <= now else { return nil }
        return Diagnosis(
            .note,
            "grant_expired",
            "The grant of \(grant.secret) to \(grant.tool) has ended.",
            remedy: grant.removal
        )
    }

    private static func waiver(_ grant: Grant, in state: VaultState) -> Diagnosis? {
        guard grant.approval == .none, let tool = state.tools[grant.tool], state.needsApproval(tool) else {
            return nil
        }
        return Diagnosis(
            .warning,
            "approval_waived",
            "\(grant.tool) (\(tool.classWords)) uses \(grant.secret) without the approval "
                + "that its class asks for; \(grant.createdBy) decided so.",
            remedy: grant.removal
        )
    }

    private static func approval(_ grant: Grant, in state: VaultState) -> Diagnosis? {
        guard grant.approval == .byClass, let tool = state.tools[grant.tool] else { return nil }
        let missing = ApprovalDiagnosis.unreachable(tool, grant, in: state)
        guard !missing.isEmpty else { return nil }
        var waived = grant
        waived.approval = .none
        return Diagnosis(
            .warning,
            "grant_needs_approval",
            "\(grant.tool) (\(tool.classWords)) does not get \(grant.secret): its calls need an approval of "
                + "\(state.approvalTerms(of: tool)), and no operator who could give that of \(ApprovalTerms(missing)) is "
                + "there.",
            remedy:
                "Add an approver: warder operator add NAME --uid UID --role approver --group GROUP; or to waive it on "
                + "your own account: \(grant.replaced(by: waived))"
        )
    }

    /// A field may be granted before it is there: a later version, or a rotation, can bring it. A secret without a
    /// current version has its own finding.
    private static func fields(_ grant: Grant, in state: VaultState) -> Diagnosis? {
        guard let secret = state.secrets[grant.secret], secret.deleted == nil, let current = secret.current else {
            return nil
        }
        let missing = grant.fields.filter { !current.fields.contains($0) }
        guard !missing.isEmpty else { return nil }
        var mended = grant
        mended.fields = grant.fields.filter(current.fields.contains)
        if mended.fields.isEmpty, current.fields.count == 1 { mended.fields = current.fields }
        return Diagnosis(
            .warning,
            "grant_field_missing",
            "\(grant.tool) may use \(words(missing)) of \(grant.secret), which version \(current.number) does not have; it "
                + "has \(words(current.fields)).",
            remedy: grant.replaced(by: mended)
        )
    }

    private static func words(_ fields: [FieldName]) -> String {
        fields.count == 1 ? "the field \(fields[0])" : "the fields " + fields.map(\.text).joined(separator: ", ")
    }
}

extension Tool {
    /// `side-effect, standard`.
    fileprivate var classWords: String { "\(risk.rawValue), \(category.rawValue)" }
}
