import Testing

@testable import WarderClient

/// Asks for one change after the other, from whichever task.
actor Follower {
    private var iterator: SecretChanges.Iterator

    init(_ client: WarderClient, maxStale: Duration = .seconds(60)) {
        iterator = client.changes(maxStale: maxStale).makeAsyncIterator()
    }

    func next() async throws -> SecretChange? {
        var current = iterator
        defer { iterator = current }
        return try await current.next()
    }

    /// Compares the next change.
    func mustHear(_ change: SecretChange, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let heard = try await next()
        #expect(heard == change, sourceLocation: sourceLocation)
    }
}
