import Dispatch
package import WarderModel

/// What the configuration lets go by itself.
extension Vault {
    private static let secondsOfADay: Int64 = 86_400

    /// Moves the mark as far as the policy says, on a thread of its own.
    ///
    /// - Returns: what goes; `nil` where nothing does: there is no policy, the log is on legal hold, nothing is old
    ///   enough, or the vault was restored and nobody has looked at it yet.
    /// - Throws: as `planPrune` and `prune`; `valueDamaged` also where events are damaged that no operator has pruned beyond: what
    ///   surrounds them is what somebody has to look at, and does not go while nobody does.
    package func pruneByPolicy() async throws(Refusal) -> PrunePlan? {
        guard retention.keepDays > 0, !retention.legalHold, state?.isQuarantined != true else { return nil }
        let before = clock.now().wall.adding(seconds: -Int64(retention.keepDays) * Self.secondsOfADay)
        let planned: Result<PrunePlan?, Refusal> = await withCheckedContinuation { continuation in
            DispatchQueue.global(qos: .utility).async { [self] in
                continuation.resume(
                    returning: Result { () throws(Refusal) in try planPrune(before: before) }
                )
            }
        }
        guard let plan = try planned.get() else { return nil }
        guard plan.damaged.isEmpty else { throw .valueDamaged }
        try await prune(plan, as: .vault)
        return plan
    }
}
