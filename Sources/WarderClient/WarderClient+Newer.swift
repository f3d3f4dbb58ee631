/// What a call goes on with whose upstream did not accept the value.
extension WarderClient {
    /// What a secret is by now, asked for with the token that `old` came with: so nobody is asked for an approval, and
    /// what was let through once is not let through again.
    ///
    /// - Returns: `nil` where it is the same version.
    /// - Throws: ``WarderClientError``; `.tokenInvalid` also for a token that was for one use.
    package func newer(than old: ResolvedSecret) async throws(WarderClientError) -> ResolvedSecret? {
        guard let token = old.token else { throw WarderClientError(.tokenInvalid) }
        return try await session().perform { resolver, reply in resolver.newer(than: old, with: token, then: reply) }
    }

    /// Another version than the one that was refused; `nil` where there is none, or it cannot be had. Whatever the reason
    /// is, what the call fails with is the refusal.
    func another(than refused: ResolvedSecret) async -> ResolvedSecret? {
        guard let other = try? await current(of: refused) else { return nil }
        guard other.version == refused.version else { return other }
        await finish(other)
        return nil
    }

    /// What a refused secret is by now, under the token that is there. A shared one that has ended meanwhile is replaced,
    /// once and without waiting for people.
    private func current(of refused: ResolvedSecret) async throws(WarderClientError) -> ResolvedSecret? {
        let request = refused.request
        // It was kept, so that the vault has not heard of this call yet.
        guard let token = refused.token else { return try await resolveWithPatience(request) }
        do throws(WarderClientError) {
            return try await newer(than: refused)
        } catch {
            guard error.code == .tokenInvalid else { throw error }
            let mayReplace: Bool = try await session().perform { resolver, reply in
                reply(.success(resolver.mayReplace(token, for: request.demand)))
            }
            guard mayReplace else { throw error }
        }
        return try await attempt(request).get()
    }
}

extension Resolver {
    /// Asks with a token whether there is another version than that of `old`; replies with `nil` where there is none.
    func newer(
        than old: ResolvedSecret,
        with token: VaultToken,
        then reply: @escaping (Result<ResolvedSecret?, WarderClientError>) -> Void
    ) {
        let request = old.request
        let question = kept.question(at: elapsed())
        send(
            .secret(request, token: token, known: old.version),
            reading: { answer throws(WarderClientError) -> ResolvedSecret? in
                guard answer.status != 304 else { return nil }
                let other = try answer.secret(request, token: token)
                return other.version == old.version ? nil : other
            }
        ) { result in
            switch result {
            case .success(let other?): if request.maxStale > .zero { self.kept.keep(other, from: question) }
            case .failure(let error) where !error.isOutage: self.kept.failed(request, error)
            case .success(nil), .failure: break
            }
            reply(result)
        }
    }

    /// Forgets a shared token that the vault did not accept any more.
    ///
    /// - Returns: Whether another is worth asking for. Not where people are asked: it may have been for one use, and they
    ///   have just let this call through.
    func mayReplace(_ token: VaultToken, for demand: TokenDemand) -> Bool {
        guard !token.isForOneCall else { return false }
        drop(token, for: demand)
        return !askedAbout.contains(demand.key.tool)
    }
}
