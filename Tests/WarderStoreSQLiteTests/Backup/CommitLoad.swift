import Foundation
import Locking
import Sealing
import Synchronization
import WarderCore
import WarderModel
import WarderStoreSQLite

/// Commits without a pause, from as many threads as run it. Each commit has one event more and all else that belongs to
/// it, so that a torn copy would show.
final class CommitLoad: Sendable {
    private struct Progress {
        var samples: Samples
        var last: UInt64
        var commits: UInt64 = 0
        var longest = Duration.zero
    }

    private let store: SQLiteStore
    private let record: RecordID
    private let progress: Locked<Progress>
    private let isOver = Atomic(false)

    /// - Parameters:
    ///   - store: where to commit.
    ///   - record: a server in its first revision.
    ///   - seed: of what is committed.
    /// - Throws: `StoreError`.
    init(_ store: SQLiteStore, record: RecordID, seed: UInt64) throws {
        self.store = store
        self.record = record
        progress = Locked(Progress(samples: Samples(seed: seed), last: try store.lastSequence()))
    }

    /// Number of the newest event.
    var last: UInt64 { progress.withLock { $0.last } }
    /// How long the slowest commit took since this was asked the last time.
    func takeLongest() -> (longest: Duration, commits: UInt64) {
        progress.withLock { progress in
            defer { progress.longest = .zero }
            return (progress.longest, progress.commits)
        }
    }

    func stop() { isOver.store(true, ordering: .relaxed) }

    func run() throws {
        while !isOver.load(ordering: .relaxed) { try progress.withLock { try commit(&$0) } }
    }

    /// Returns when there are some commits more.
    func waitForMore() throws {
        let seen = last
        while last < seen + 40 {
            guard !isOver.load(ordering: .relaxed) else { throw Stopped() }
            Thread.sleep(forTimeInterval: 0.001)
        }
    }

    struct Stopped: Error {}

    private func commit(_ progress: inout Progress) throws {
        progress.last += 1
        progress.commits += 1
        var batch = Batch()
        batch.events = [progress.samples.event(progress.last)]
        batch.records = [progress.samples.record(.server, id: record, revision: progress.commits + 1)]
        let place = Batch.Place(secret: record, version: UInt32(progress.commits))
        batch.values = [(place, progress.samples.value())]
        batch.inbox = [progress.samples.bytes(100)]
        let start = ContinuousClock.now
        try store.commit(batch)
        progress.longest = max(progress.longest, .now - start)
    }
}
