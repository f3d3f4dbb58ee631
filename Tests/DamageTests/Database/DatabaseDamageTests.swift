import Foundation
import Sealing
import Testing
import WarderCore
import WarderModel
import WarderStoreSQLite
import WarderTesting

/// Real database files that came to harm: nothing wrong is ever served, and what cannot be trusted is refused by name.
@Suite("Damaged databases", .serialized)
struct DatabaseDamageTests {
    @Test("the file itself is sound, and gives every answer")
    func sound() async throws {
        let vault = try await FurnishedVault()
        let trial = try Trial(of: vault, vault.file)
        let outcome = try await trial.run()
        #expect(outcome.verdict == .sound && outcome.isOpen && outcome.answered == 4)
        #expect(outcome.events == vault.events.count)
        // There is one of every kind that the vault does not make by itself with the time.
        let kinds = Set(try #require(outcome.contents).records.compactMap(\.kind))
        let ofTime: Set<RecordKind> = [.retention, .alert, .habit]
        #expect(kinds == Set(RecordKind.allCases.filter { !ofTime.contains($0) }.map(\.rawValue)))
        let restored = try await Trial(of: vault, vault.quarantined).run(isQuarantined: true)
        #expect(restored.verdict == .sound && restored.isOpen && restored.wrong == [])
        // What was put back from earlier differs in what it answers, so that a wrong answer would be seen.
        let before = try await Trial(of: vault, vault.earlier[2]).run(expectsNothing: true)
        #expect(before.isOpen)
    }

    @Test("bytes and pages: what is served is right, and a check that finds nothing has nothing to find")
    func files() async throws {
        let vault = try await FurnishedVault()
        let sound = try Trial(of: vault, vault.file).contents()
        var numbers = DamageCount.numbers("bytes and pages of databases")
        let start = ContinuousClock.now
        var tally = Tally()
        for kind in FileDamage.allCases {
            var struck = 0
            while struck < DamageCount.each(of: FileDamage.allCases.count) {
                var file = vault.file
                guard kind.strike(&file, earlier: vault.earlier, &numbers) else { continue }
                struck += 1
                let trial = try Trial(of: vault, file)
                let outcome = try await trial.run(mayAnswerEarlier: kind == .pagePutBack)
                tally.add(kind.rawValue, outcome)
                let comment = "\(kind.rawValue), seed \(numbers.seed), number \(struck): \(outcome)"
                #expect(outcome.wrong == [], "\(comment)")
                if outcome.verdict == .sound {
                    // It hit what nobody reads.
                    #expect(outcome.contents?.differences(from: sound) == [], "\(comment)")
                    #expect(outcome.isOpen && outcome.earlier == 0, "\(comment)")
                }
            }
        }
        print(tally.text, "in \((ContinuousClock.now - start).text)")
    }

    @Test("bytes and pages of a vault in quarantine: nothing is served")
    func quarantined() async throws {
        let vault = try await FurnishedVault()
        var numbers = DamageCount.numbers("bytes and pages of databases in quarantine")
        // What was put back or copied can be from before the restore.
        let kinds: [FileDamage] = [
            .flippedBits, .overwrittenBytes, .flippedRecords, .truncation, .zeroedPage, .swappedPages,
        ]
        for kind in kinds {
            var struck = 0
            while struck < DamageCount.each(of: kinds.count) {
                var file = vault.quarantined
                guard kind.strike(&file, earlier: [], &numbers) else { continue }
                struck += 1
                let outcome = try await Trial(of: vault, file).run(isQuarantined: true, isChecked: false)
                #expect(outcome.wrong == [], "\(kind.rawValue), seed \(numbers.seed), number \(struck): \(outcome)")
            }
        }
    }

    @Test("rows and columns: each change is found, and what is served is right")
    func rows() async throws {
        let vault = try await FurnishedVault()
        var numbers = DamageCount.numbers("rows and columns of databases")
        let start = ContinuousClock.now
        var tally = Tally()
        let earlier = try Scratch()
        let paths = try vault.earlier.enumerated().map { number, bytes in
            let path = earlier.file("\(number).db")
            try Data(bytes).write(to: URL(filePath: path))
            return path
        }
        for kind in RowDamage.allCases {
            var struck = 0
            while struck < DamageCount.each(of: RowDamage.allCases.count) {
                let trial = try Trial(of: vault, vault.file)
                let old = try #require(paths.randomElement(using: &numbers))
                let hasStruck = try RawDatabase.strike(at: trial.path) { try kind.strike($0, earlier: old, &numbers) }
                guard hasStruck else { continue }
                struck += 1
                // A rule that is taken out whole asks for nothing: only the check finds that it is gone.
                let mayAnswerEarlier = kind == .rowPutBack || kind == .deletedRow
                let outcome = try await trial.run(mayAnswerEarlier: mayAnswerEarlier, isSaved: kind != .rowPutBack)
                tally.add(kind.rawValue, outcome)
                let comment = "\(kind.rawValue), seed \(numbers.seed), number \(struck): \(outcome)"
                #expect(outcome.wrong == [], "\(comment)")
                #expect(outcome.verdict != .sound, "\(comment)")
            }
        }
        print(tally.text, "in \((ContinuousClock.now - start).text)")
    }
}

/// How trials ended, by the kind of damage.
private struct Tally {
    private var counts: [String: [String: Int]] = [:]

    mutating func add(_ kind: String, _ outcome: Trial.Outcome) {
        counts[kind, default: [:]][outcome.end, default: 0] += 1
    }

    var text: String {
        counts.sorted { $0.key < $1.key }.map { kind, ends in
            "\(kind): " + ends.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        }.joined(separator: "\n") + "\n"
    }
}
