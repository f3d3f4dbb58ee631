/// What changes for this process's servers, for as long as somebody asks for the next change.
///
/// Made by ``WarderClient/changes(maxStale:)``. Nothing runs between two elements: one question waits at the vault while
/// `next` is awaited, and none otherwise. What changes meanwhile is told by the next question.
public struct SecretChanges: AsyncSequence, Sendable {
    /// One change.
    public typealias Element = SecretChange
    /// What ends the sequence.
    public typealias Failure = WarderClientError

    let client: WarderClient
    let maxStale: Duration

    /// Begins to follow; each iterator asks for itself.
    public func makeAsyncIterator() -> Iterator { Iterator(client, maxStale: maxStale) }

    /// Asks the vault, and asks again while it cannot be reached.
    public struct Iterator: AsyncIteratorProtocol {
        private let client: WarderClient
        private var outage: Outage
        /// Where to go on at the vault.
        private var cursor: String?
        /// Told by the vault, and not handed out yet; the next one last.
        private var waiting: [SecretChange] = []
        private var lastAsked: Duration?

        init(_ client: WarderClient, maxStale: Duration) {
            self.client = client
            outage = Outage(maxStale: maxStale)
        }

        /// The next change. There is always one more, if the caller waits for long enough.
        ///
        /// - Throws: what asking again does not mend: a refusal, `closed`, `cancelled`. From then on nothing is known
        ///   about what changes.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(WarderClientError) -> SecretChange? {
            while true {
                if let change = waiting.popLast() { return change }
                try await keepRhythm()
                do throws(WarderClientError) {
                    take(try await client.pollChanges(since: cursor))
                } catch {
                    if let change = try await wait(after: error) { return change }
                }
            }
        }

        /// Takes an answer over.
        private mutating func take(_ list: ChangeAnswer) {
            let wasTold = outage.isTold
            outage.end()
            // Nobody can know what was there before the first question.
            if list.isReset || cursor == nil || wasTold {
                waiting = [.everything]
            } else {
                waiting = list.changes.reversed()
            }
            cursor = list.next
        }

        /// Lets some time go by before the vault is asked again.
        ///
        /// - Returns: that it has not been reached for too long, the first time that this is so.
        private mutating func wait(after error: WarderClientError) async throws(WarderClientError) -> SecretChange? {
            // This client's own limit is no outage.
            guard error.isRetryable, error.code != .overloaded else { throw error }
            let pause = outage.next(at: client.elapsed(), jitter: client.configuration.jitter(), error.retryAfter)
            guard let pause else { return .outOfTouch }
            try await client.pause(pause)
            return nil
        }

        /// A vault that answers at once, whatever it is asked, must not make this a loop that takes a processor.
        private mutating func keepRhythm() async throws(WarderClientError) {
            let now = client.elapsed()
            if let lastAsked, now - lastAsked < Self.rhythm { try await client.pause(Self.rhythm - (now - lastAsked)) }
            lastAsked = client.elapsed()
        }

        /// Shortest time between two questions. Changes that come together come in one answer.
        static var rhythm: Duration { .milliseconds(100) }
    }
}
