import WarderCore
import WarderModel

extension Exchange {
    /// A long answer, made by a thread of its own once the vault has permitted it. One at a time: each reads the whole
    /// database.
    func produce(
        _ mediaType: Answer.MediaType,
        permission command: Command<Void>,
        _ body: @escaping @Sendable (Production) throws -> Void
    ) -> Work {
        let (vault, context) = (vault, context)
        let production = Production()
        let reader = Production.Reader(production)
        return .stream(
            mediaType,
            permission: { done in
                vault.submit(command) { outcome in
                    if case .failure(let refusal) = outcome { return done(refusal) }
                    guard context.walks.enter() else { return done(.checkUnderWay) }
                    context.slowWork {
                        defer { context.walks.leave() }
                        do {
                            try body(production)
                            production.end()
                        } catch let stop as DeepCheck.Stop {
                            try? production.put(CheckLines.failure(stop))
                            production.end()
                        } catch { production.end(error) }
                    }
                    done(nil)
                }
            },
            next: { try reader.next() }
        )
    }
}
