import HashTreeCollections
import WarderModel

/// What is wrong with approvals: calls that nobody can approve, and calls that somebody let through alone.
enum ApprovalDiagnosis {
    static func collect(_ state: VaultState) -> [Diagnosis] {
        unreviewed(state) + unbacked(state)
    }

    /// Standing approvals of somebody whose word does not count any more.
    private static func unbacked(_ state: VaultState) -> [Diagnosis] {
        state.standingApprovals.values.filter { $0.remaining > 0 && !state.isBacked($0, asking: nil) }
            .sorted { $0.name < $1.name }
            .map { standing in
                Diagnosis(
                    .warning,
                    "standing_approval_unbacked",
                    "The standing approval \(standing.name) for \(standing.server) lets nothing through: "
                        + "\(standing.madeBy) is no admin any more, or speaks for the server.",
                    remedy: "warder approval standing revoke \(standing.name)"
                )
            }
    }

    private static func unreviewed(_ state: VaultState) -> [Diagnosis] {
        state.approvals.values.filter(\.awaitsReview).map { approval in
            let person = approval.breakGlass.map { "\($0.name)" } ?? "somebody"
            return Diagnosis(
                .error,
                "break_glass_unreviewed",
                "\(person) let a call of \(approval.subject.tool) through alone, and nobody else has looked at it since.",
                remedy:
                    "warder approval show \(approval.name); then: warder approval review \(approval.name) --reason TEXT"
            )
        }
    }

    /// Seats that no operator can take for calls of this tool, all of them being asked together.
    static func unreachable(_ tool: Tool, _ grant: Grant, in state: VaultState) -> [ApprovalTerms.Seat] {
        let terms = state.approvalTerms(of: tool)
        guard !terms.isEmpty, let server = state.servers[tool.name.server] else { return [] }
        let release = state.secrets[grant.secret].map {
            ApprovalSubject.Release(secret: $0.name, record: $0.id, version: 0, fields: grant.fields)
        }
        let subject = ApprovalSubject(
            tool: tool,
            serverRecord: server.id,
            presentedDigest: nil,
            arguments: nil,
            onBehalfOf: nil,
            // Nobody's: who runs the server is looked at by its own conditions.
            uid: server.selectors.uid ?? .max,
            releases: [release].compactMap(\.self),
            terms: terms
        )
        return terms.free(after: state.operators.values.map { state.seats(of: $0, for: subject) })
    }
}
