import WarderCore
import WarderModel

extension Exchange {
    /// A long answer, made by a thread of its own once the vault has permitted it. One at a time: each reads the whole
    /// database.
    ///
    /// `body` gets what the vault answered, and where the answer's pieces go.
    func produce<Permit>(
        _ mediaType: Answer.MediaType,
        permission command: Command<Permit>,
        _ body: @escaping @Sendable (Permit, Production) throws -> Void
    ) -> Work {
        let (vault, context) = (vault, context)
        let production = Production()
        let reader = Production.Reader(production)
        return .stream(
            mediaType,
            permission: { done in
                // Before the event: one that is not allowed to begin must not stand in the log as allowed.
                guard context.walks.enter() else { return done(.checkUnderWay) }
                vault.submit(command) { outcome in
                    let permit: Permit
                    switch outcome {
                    case .success(let answer): permit = answer
                    case .failure(let refusal):
                        context.walks.leave()
                        return done(refusal)
                    }
                    context.slowWork {
                        let outcome = Result { try body(permit, production) }
                        // Before the end is seen: whoever has the whole answer may ask for the next.
                        context.walks.leave()
                        switch outcome {
                        case .success: production.end()
                        case .failure(let stop as DeepCheck.Stop):
                            try? production.put(CheckLines.failure(stop))
                            production.end()
                        case .failure(let error): production.end(error)
                        }
                    }
                    done(nil)
                }
            },
            next: { try reader.next() }
        )
    }
}
