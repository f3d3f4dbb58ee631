import Sealing
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Thousands of ways to damage a row: each is found, and none makes the vault say anything wrong.
@Suite struct DamageProperties {
    @Test("sound rows have nothing wrong with them")
    func sound() async throws {
        let fixture = try await DamageFixture()
        let report = try fixture.check(RowBook(fixture.sound))
        #expect(report.findings.isEmpty, "\(report.findings)")
        #expect(report.verdict == .sound)
        #expect(report.lastSequence == UInt64(fixture.sound.log.count))
        #expect(report.good.events == fixture.sound.log.count)
        #expect(report.good.inbox == 3)
        #expect(fixture.answers == ["second", "hunter2", "ada", nil, nil])
    }

    /// 7 kinds, 1430 times each: more than ten thousand.
    @Test("every damage is found, and the vault answers rightly or not at all", arguments: RandomDamage.allCases)
    func found(_ kind: RandomDamage) async throws {
        try strike(kind, try await DamageFixture(), times: 1430)
    }

    @Test("so it is in a log that keeps hashes of its tree", arguments: RandomDamage.allCases)
    func foundBesideHashes(_ kind: RandomDamage) async throws {
        // As many as one hash stands for.
        let fixture = try await DamageFixture(events: 256)
        #expect(!fixture.sound.hashes.isEmpty)
        try strike(kind, fixture, times: 50)
    }

    private func strike(_ kind: RandomDamage, _ fixture: DamageFixture, times: Int) throws {
        let book = RowBook(fixture.sound)
        var numbers = SeededNumbers()
        print("\(kind.rawValue): seed \(numbers.seed)")
        var struck = 0
        while struck < times {
            var rows = fixture.sound
            guard kind.strike(&rows, fixture, &numbers) else { continue }
            struck += 1
            book.rows = rows
            let report = try fixture.check(book)
            #expect(report.verdict == .damaged, "\(kind.rawValue), seed \(numbers.seed), number \(struck)")
            try expectSalvage(
                of: book,
                fixture,
                report,
                kind,
                "\(kind.rawValue), seed \(numbers.seed), number \(struck)"
            )
            // The vault answers by its records and values, and no other row.
            if rows.records == fixture.sound.records, rows.values == fixture.sound.values { continue }
            let answers = try fixture.ask(book)
            for (index, answer) in answers.enumerated() where answer != nil && answer != fixture.answers[index] {
                // A row of the vault's own that was put back says what it once said; the check is what finds it.
                let once = fixture.onceCurrent[fixture.questions[index].secret]
                #expect(
                    kind == .rowPutBack && once?.contains(answer ?? "") == true,
                    "\(kind.rawValue), seed \(numbers.seed), number \(struck), question \(index)"
                )
            }
        }
    }

    /// Every value that the check calls good is saved, unless nobody knows any more whose it is; with the index and
    /// without.
    private func expectSalvage(
        of book: RowBook,
        _ fixture: DamageFixture,
        _ report: DeepCheckReport,
        _ kind: RandomDamage,
        _ place: String
    ) throws {
        let salvage = Salvage(fixture.ring, store: book)
        let outcome = try salvage.run { _ in }
        book.hasIndex = false
        defer { book.hasIndex = true }
        #expect(try salvage.run { _ in } == outcome, "\(place)")
        #expect(outcome.saved <= report.good.values, "\(place)")
        // What was put back may be the value of a version that its secret says is destroyed.
        guard book.rows.records == fixture.sound.records, kind != .rowPutBack else { return }
        #expect(outcome.saved == report.good.values, "\(place)")
    }
}
