import Foundation
import NIOHTTP1
import Synchronization

/// Workers whose upstream takes everything, on the worker socket: what they see is what the vault hands out.
final class StepTakers: Sendable {
    /// How long each step takes.
    private static let stepTime = Duration.milliseconds(10)

    /// What they saw.
    struct Sight {
        var atOnce = 0
        var mostAtOnce = 0
        /// When rotations began, by the first step of each.
        var begun: [ContinuousClock.Instant] = []
    }

    private let sight = Mutex(Sight())

    private struct Job: Decodable {
        let id: String
        let step: String
        let attempt: Int
    }

    /// What was seen so far.
    var seen: Sight { sight.withLock { $0 } }

    /// Takes steps over so many connections until the task is cancelled.
    func take(from socket: String, connections: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<connections {
                group.addTask {
                    let client = try await OperatorClient.connect(to: socket)
                    while !Task.isCancelled { try await self.takeOne(client) }
                    await client.close()
                }
            }
            try await group.waitForAll()
        }
    }

    private func takeOne(_ client: OperatorClient) async throws {
        let text = try await client.send(.POST, "/v1/jobs/take", #"{"wait":"1s"}"#)
        guard !text.isEmpty else { return }
        let job = try JSONDecoder().decode(Job.self, from: Data(text.utf8))
        sight.withLock { sight in
            sight.atOnce += 1
            sight.mostAtOnce = max(sight.mostAtOnce, sight.atOnce)
            if job.step == "preflight", job.attempt == 1 { sight.begun.append(.now) }
        }
        try? await Task.sleep(for: Self.stepTime)
        // Before the answer: with it the vault may hand out the next step.
        sight.withLock { $0.atOnce -= 1 }
        let answer = #"{"outcome":"done","overlaps":true,"makes":"vault"}"#
        try await client.send(.POST, "/v1/jobs/\(job.id)/result", answer)
    }
}
