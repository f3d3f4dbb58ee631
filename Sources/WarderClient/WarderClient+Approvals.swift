import WarderModel
import WarderWire

/// Waiting for people.
extension WarderClient {
    /// Longest pause after a question that could not be asked.
    private static let pauseAfterFault = Duration.seconds(1)

    /// Resolves a secret, and where people have to approve the call first, once more when they have decided.
    func resolveWithPatience(_ request: SecretRequest) async throws(WarderClientError) -> ResolvedSecret {
        guard configuration.approvalPatience > .zero else { return try await attempt(request).get() }
        let deadline = elapsed() + configuration.approvalPatience
        var waitedFor: ApprovalID?
        while true {
            let outcome = await attempt(request)
            guard case .failure(let error) = outcome, let name = error.approval, let approval = try? ApprovalID(name),
                // A vault that decides, and then asks for the same again, would be asked for ever.
                approval != waitedFor, try await isDecided(approval, before: deadline)
            else { return try outcome.get() }
            waitedFor = approval
        }
    }

    /// Resolves a secret, and waits for nobody.
    func attempt(_ request: SecretRequest) async -> Result<ResolvedSecret, WarderClientError> {
        do throws(WarderClientError) {
            return .success(try await session().resolve(request))
        } catch { return .failure(error) }
    }

    /// Whether anybody decided in time; what they decided says the next attempt.
    private func isDecided(_ approval: ApprovalID, before deadline: Duration) async throws(WarderClientError) -> Bool {
        while true {
            let left = deadline - elapsed()
            guard left > .zero else { return false }
            let seconds = min(configuration.changesWait, max(1, Int(left.components.seconds)))
            switch await state(of: approval, seconds: seconds) {
            case .success(let answer): if answer.state != Approval.Standing.pending.rawValue { return true }
            // The vault forgot it, as after a restore: the call has to be asked about anew.
            case .failure(let error) where error.code == .notFound: return true
            case .failure(let error) where error.isRetryable: try await pause(min(left, Self.pauseAfterFault))
            case .failure(let error): throw error
            }
        }
    }

    private func state(of approval: ApprovalID, seconds: Int) async -> Result<ApprovalState, WarderClientError> {
        do throws(WarderClientError) {
            return .success(
                try await session().performInterruptibly { resolver, interruption, reply in
                    resolver.poll(approval, seconds: seconds, until: interruption, then: reply)
                }
            )
        } catch { return .failure(error) }
    }
}
