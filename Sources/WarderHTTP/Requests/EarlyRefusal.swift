import HashTreeCollections
import WarderCore
import WarderModel

/// Refusing before anything is decoded or computed: what somebody may not do must not cost the others.
extension Exchange {
    /// Bytes of a body that are taken and decoded for whoever asks: then a refusal can say what the request was about.
    /// Of a larger one not a byte is kept before it is known that the caller may.
    static let freeBodyBytes = 4096

    /// What comes of a request whose caller may not ask for it: the refusal, decided and written down. `nil` where the
    /// request goes on. Needs nothing but the head.
    ///
    /// - Throws: to whom no operator is, from the second request of a minute on; those are counted, and written down
    ///   together.
    func earlyRefusal(of route: Route, bodyBytes: Int) throws(Problem) -> Work? {
        guard caller.door == .operator, let action = route.action, needsOperator(action) else { return nil }
        if let state = vault.state, let uid = caller.peer?.uid, state.operators[uid] == nil,
            !context.firstRefusals.take(uid, at: vault.clock.now())
        {
            context.unknownUsage.add(.notOperator, uid: uid)
            throw .forOperator(.notAnOperator)
        }
        guard route.isSlow || bodyBytes > Self.freeBodyBytes, vault.wouldRefuse(action, by: caller) else {
            return nil
        }
        return ask(Keys.refuse(action, by: caller)) { (_: Void) in .noContent }
    }

    private func needsOperator(_ action: Action) -> Bool {
        switch action.permission {
        case .roles, .rolesOrVault, .anyOperator: true
        case .rolesOrOwner: !caller.isOwner
        // To open what is open is an event each time.
        case .operatorSocket:
            (action == .vaultUnseal || action == .unsealShare) && !caller.isOwner && vault.phase == .unsealed
        case .server, .vault: false
        }
    }
}
