import Foundation
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Databases that somebody altered who may do everything but use the vault's keys. Whoever holds one older checkpoint
/// notices whatever changes what the log said up to there: when the vault is opened, or when its export is verified.
@Suite(.serialized) struct LogDatabaseMutationTests {
    /// Each way to alter a database, so often; `WARDER_DATABASE_MUTATIONS` asks for more. Those of exports, of which
    /// `MutationTests` tries more than ten thousand, cost a hundredth.
    private static let rounds =
        ProcessInfo.processInfo.environment["WARDER_DATABASE_MUTATIONS"].flatMap { Int($0) } ?? 8

    @Test("every alteration of a database that changes what the log said is noticed", .timeLimit(.minutes(15)))
    func alterations() async throws {
        let seed = ProcessInfo.processInfo.environment["WARDER_TEST_SEED"].flatMap { UInt64($0) }
        var numbers = SeededNumbers(seed: seed ?? .random(in: .min ... .max))
        print("alterations of databases: seed \(numbers.seed)")
        let stage = try await LogStage()
        #expect(try await stage.judge(stage.copy(stage.main)) == .passes(stage.lines))
        var tried: [LogMutation: Int] = [:]
        var caught: [LogMutation: Int] = [:]
        let mutations = LogMutation.allCases
        for round in 0..<Self.rounds {
            let paths = try stage.make(mutations, &numbers)
            defer { for path in paths { try? FileManager.default.removeItem(atPath: path) } }
            for (mutation, path) in zip(mutations, paths) {
                tried[mutation, default: 0] += 1
                switch try await stage.judge(path) {
                case .caught: caught[mutation, default: 0] += 1
                case .passes(let lines):
                    guard lines.prefix(stage.held) != stage.lines.prefix(stage.held) else { continue }
                    Issue.record("\(mutation) passes, seed \(numbers.seed), round \(round)")
                    return
                }
            }
        }
        for mutation in mutations {
            #expect(tried[mutation] == Self.rounds)
            // What spoils the log itself is hardly ever without consequence.
            #expect(caught[mutation, default: 0] > 0 || mutation.isHarmless, "\(mutation) is never noticed")
        }
    }

    @Test("the checkpoint outside: an older copy of everything opens, and verifies, without it")
    func outside() async throws {
        let stage = try await LogStage()
        for path in [stage.older, stage.fork] {
            let copy = try stage.copy(path)
            #expect(try await stage.judge(copy) == .caught("log_contradicted"))
            let unseen = try await stage.judge(try stage.copy(path), [.stored])
            guard case .passes(let lines) = unseen else {
                Issue.record("\(unseen)")
                continue
            }
            #expect(lines.prefix(stage.held) != stage.lines.prefix(stage.held))
        }
    }

    @Test("the older checkpoint in the auditor's hand: the same, where the vault itself is not asked")
    func inHand() async throws {
        let stage = try await LogStage()
        for (path, fault) in [(stage.older, "an older copy"), (stage.fork, "are not those of the checkpoint")] {
            let caught = try await stage.judge(try stage.copy(path), [.stored, .older])
            guard case .caught(let why) = caught else {
                Issue.record("\(caught)")
                continue
            }
            #expect(why.contains(fault), "\(why)")
        }
    }

    @Test("the newest checkpoint in the database: a log that was cut off is not signed while it lies there")
    func stored() async throws {
        let stage = try await LogStage()
        let cut = LogMutation.cut(after: stage.held - 5)
        let kept = try stage.attacked(cut)
        #expect(try await stage.judge(kept, [.stored]) == .caught("log_broken"))
        let gone = try stage.attacked(cut + "DELETE FROM log_checkpoints;")
        guard case .passes(let lines) = try await stage.judge(gone, [.stored]) else {
            Issue.record("it needs the checkpoint outside")
            return
        }
        #expect(lines.prefix(stage.held) != stage.lines.prefix(stage.held))
        #expect(
            try await stage.judge(stage.attacked(cut + "DELETE FROM log_checkpoints;")) == .caught("log_contradicted")
        )
    }
}
