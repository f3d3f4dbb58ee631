import Locking
import WarderModel
import WarderTesting

@testable import WarderCore

/// Two servers that know nothing of each other, and what is told to them: `notes` (uid 2000) may have `notes/api`,
/// `shop` (uid 3000) may have `shop/key`.
struct ChangeDesk {
    let kit: TestVault
    let notes = Peer.synthetic(uid: 2000, pid: 20)
    let shop = Peer.synthetic(uid: 3000, pid: 30)

    var board: ChangeBoard { kit.vault.changes }

    init() async throws {
        kit = try await TestVault()
        try await kit.mustSetUpNotes()
        try await kit.mustPut("shop/key")
        try await kit.mustAddServer("shop", Selectors(uid: 3000))
        try await kit.mustAddTool("shop/buy")
        try await kit.mustGrant("shop/buy", "shop/key")
    }

    /// Asks, and waits for the answer.
    func ask(_ peer: Peer, after cursor: String? = nil, seconds: Int = 0) async throws(Refusal) -> ChangeBoard.Answer {
        try await begin(peer, after: cursor, seconds: seconds).outcome
    }

    /// Asks, and lets the answer be waited for later.
    func begin(_ peer: Peer, after cursor: String? = nil, seconds: Int = 55) -> Poll {
        let poll = Poll()
        let takeBack = board.ask(kit.vault, after: cursor, seconds: seconds, by: kit.server(peer)) { poll.settle($0) }
        poll.takeBack.withLock { $0 = takeBack }
        return poll
    }

    /// Asks, and returns when the question waits.
    func mustWait(_ peer: Peer, after cursor: String? = nil) async -> Poll {
        let before = board.waiting
        let poll = begin(peer, after: cursor)
        while board.waiting == before { await Task.yield() }
        return poll
    }

    /// A cursor of now.
    func now(_ peer: Peer) async throws -> String { try await ask(peer).cursor }

    /// A question under way.
    final class Poll: Sendable {
        private let settled = Locked<(outcome: ChangeBoard.Outcome?, waiting: CheckedContinuation<Void, Never>?)>(
            (nil, nil)
        )
        let takeBack = Locked<@Sendable () -> Void>({})

        var isAnswered: Bool { settled.withLock { $0.outcome != nil } }

        func settle(_ outcome: ChangeBoard.Outcome) {
            let waiting = settled.withLock { settled in
                settled.outcome = outcome
                return settled.waiting.take()
            }
            waiting?.resume()
        }

        var outcome: ChangeBoard.Answer {
            get async throws(Refusal) {
                await withCheckedContinuation { continuation in
                    let isThere = settled.withLock { settled in
                        if settled.outcome == nil { settled.waiting = continuation }
                        return settled.outcome != nil
                    }
                    if isThere { continuation.resume() }
                }
                guard let outcome = settled.withLock({ $0.outcome }) else { throw .notFound }
                return try outcome.get()
            }
        }

        /// Why it was refused.
        var refusal: Refusal? {
            get async {
                do throws(Refusal) { _ = try await outcome } catch { return error }
                return nil
            }
        }

        func hangUp() { takeBack.withLock { $0 }() }
    }
}

extension ChangeBoard.Answer {
    /// `notes/api v2`, `notes/api revoked`.
    var lines: [String] {
        news.changes.map { "\($0.secret) \($0.version.map { "v\($0)" } ?? "revoked")" }
            + (news.isReset ? ["reset"] : [])
    }
}
