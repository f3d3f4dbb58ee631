import Foundation
import NIOHTTP1

/// Leaves a vault with many schedules alone, beside one that has none; then starts it with all of them overdue.
struct ScheduleRun {
    private static let settlingSeconds = 20.0
    static let idleSeconds = 30.0
    static let watchedSeconds = 60.0
    /// Over so many seconds a vault spreads what it missed (docs/operations/rotation.md: some minutes).
    static let spreadSeconds = 600.0
    /// More workers than there may be steps at once: the vault is what keeps to the limit.
    private static let limit = 4
    private static let workers = 16

    let programs: Programs
    let scratch: Scratch
    let schedules: Int
    let eventLoops: Int

    func run() async throws -> ScheduleFigures {
        let vault = try makeVault("scheduled")
        let empty = try makeVault("empty")
        for one in [vault, empty] {
            try await one.start()
            try await initialise(one)
        }
        defer {
            vault.stop()
            empty.stop()
            Progress.end()
        }
        Progress.show("storing \(schedules) secrets with schedules")
        try await fill(vault) { client, name in
            try await client.send(.PUT, "/v1/secrets/\(name)", #"{"fields":{"value":"a value to be rotated"}}"#)
            try await Self.schedule(name, "P30D", client)
        }
        let filled = ContinuousClock.now
        Progress.show("leaving both vaults alone")
        // What setting up has left to do, such as a checkpoint and threads that end, is not what is measured.
        try await Task.sleep(for: .seconds(Self.settlingSeconds))
        let before = try (ProcessorUse(of: vault.id), ProcessorUse(of: empty.id))
        try await Task.sleep(for: .seconds(Self.idleSeconds))
        let after = try (ProcessorUse(of: vault.id), ProcessorUse(of: empty.id))
        empty.stop()

        Progress.show("making all of them overdue")
        // A minute after it was stored; without a worker nothing begins.
        try await fill(vault) { client, name in try await Self.schedule(name, "rate(1 minute)", client) }
        try await Task.sleep(until: filled + .seconds(65), clock: .continuous)
        vault.stop()
        try await vault.start()
        Progress.show("watching a start with \(schedules) that are overdue")
        let takers = StepTakers()
        let socket = vault.workerSocket
        try await unseal(vault)
        let begin = ContinuousClock.now
        let taking = Task { try await takers.take(from: socket, connections: Self.workers) }
        try await Task.sleep(for: .seconds(Self.watchedSeconds))
        let seen = takers.seen
        taking.cancel()
        try await taking.value
        let seconds = Dictionary(grouping: seen.begun) { Int((($0 - begin) / .seconds(1)).rounded(.down)) }
        return ScheduleFigures(
            schedules: schedules,
            idleSeconds: Self.idleSeconds,
            idleProcessorSeconds: after.0.seconds - before.0.seconds,
            idleWakes: after.0.wakes(since: before.0),
            emptyProcessorSeconds: after.1.seconds - before.1.seconds,
            emptyWakes: after.1.wakes(since: before.1),
            startSeconds: Self.watchedSeconds,
            begun: seen.begun.count,
            evenlyBegun: Double(schedules) * Self.watchedSeconds / Self.spreadSeconds,
            busiestSecond: seconds.values.map(\.count).max() ?? 0,
            mostAtOnce: seen.mostAtOnce,
            limit: Self.limit
        )
    }

    private func makeVault(_ name: String) throws -> VaultProcess {
        try VaultProcess(
            name,
            programs: programs,
            scratch: scratch,
            eventLoops: eventLoops,
            settings: "worker: {jobs: \(Self.limit)}"
        )
    }

    private func initialise(_ vault: VaultProcess) async throws {
        let client = try await OperatorClient.connect(to: vault.operatorSocket)
        let body = #"{"passphrase":"\#(OperatorClient.passphrase)","operator":"bench"}"#
        try await client.send(.POST, "/v1/sys/init", body)
        await client.close()
    }

    private func unseal(_ vault: VaultProcess) async throws {
        let client = try await OperatorClient.connect(to: vault.operatorSocket)
        try await client.send(.POST, "/v1/sys/unseal", #"{"passphrase":"\#(OperatorClient.passphrase)"}"#)
        await client.close()
    }

    private static func schedule(_ name: String, _ schedule: String, _ client: OperatorClient) async throws {
        try await client.send(.PUT, "/v1/rotations/\(name)", #"{"rotator":"exec:bench","schedule":"\#(schedule)"}"#)
    }

    /// Does something for each secret, over several connections, so that commits are shared.
    private func fill(
        _ vault: VaultProcess,
        _ work: @escaping @Sendable (OperatorClient, String) async throws -> Void
    ) async throws {
        let (socket, count) = (vault.operatorSocket, schedules)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<min(count, Registration.writers) {
                group.addTask {
                    let client = try await OperatorClient.connect(to: socket)
                    for number in stride(from: writer, to: count, by: Registration.writers) {
                        try await work(client, "team-\(number % 40)/service-\(number)/token")
                    }
                    await client.close()
                }
            }
            try await group.waitForAll()
        }
    }
}
