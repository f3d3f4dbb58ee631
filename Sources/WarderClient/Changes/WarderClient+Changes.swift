extension WarderClient {
    /// What changes for this process's servers: for whatever holds on to something that was made of a credential, such
    /// as a pool of connections.
    ///
    /// Calls need no such thing: each asks the vault, and gets what is current.
    ///
    /// ```swift
    /// for try await change in warder.changes() where change.concerns("app/db") {
    ///     await pool.replace(with: try warder.resolve("app/db", for: "app/query"))
    /// }
    /// ```
    ///
    /// The first element is always ``SecretChange/everything``: what is resolved after it misses no change. At most four
    /// sequences of a process can be followed at the same time.
    ///
    /// - Parameter maxStale: How long the vault may be out of reach before ``SecretChange/outOfTouch`` comes; counted
    ///   from when the connection was lost, or an answer did not come in time.
    /// - Returns: changes, for as long as they are asked for. Ends with an error that asking again does not mend.
    public func changes(maxStale: Duration = .seconds(60)) -> SecretChanges {
        SecretChanges(client: self, maxStale: maxStale)
    }

    /// Asks once, and waits at the vault for something to change. The first question is answered at once.
    func pollChanges(since cursor: String?) async throws(WarderClientError) -> ChangeAnswer {
        let seconds = cursor == nil ? 0 : configuration.changesWait
        return try await session().performInterruptibly { resolver, interruption, reply in
            resolver.poll(since: cursor, seconds: seconds, until: interruption, then: reply)
        }
    }

    /// Returns after a while, at once when the client is closed or the task cancelled.
    func pause(_ duration: Duration) async throws(WarderClientError) {
        try await session().perform { resolver, reply in resolver.pause(duration, then: reply) }
    }

}
