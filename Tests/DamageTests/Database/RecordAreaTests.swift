import Foundation
import Testing
import WarderCore
import WarderModel
import WarderTesting

/// Single flipped bits in what the engine reads before a record: a row that is not there any more, or says that it is
/// something else, must not open what it kept shut.
@Suite("Damaged places of records", .serialized)
struct RecordAreaTests {
    /// The newest record of a kind in a file.
    private func place(of kind: RecordKind, _ vault: FurnishedVault, _ file: [UInt8]) throws -> RecordPlace {
        let records = try Trial(of: vault, file).contents().records
        let row = try #require(records.last { $0.kind == kind.rawValue })
        return try #require(RecordPlace(row, in: file))
    }

    /// The file with each bit flipped of header, pointer and count, with garbage over the cell, and with zeroes.
    private func struck(_ file: [UInt8], _ place: RecordPlace) -> [[UInt8]] {
        let header = place.id - RecordPlace.header..<place.id
        let bytes = Array(header) + place.counters(in: file).flatMap { [$0, $0 + 1] }
        var files = bytes.flatMap { byte in
            (0..<8).map { bit in
                var copy = file
                copy[byte] ^= 1 << bit
                return copy
            }
        }
        for (range, filling) in [(header, 0), (header.lowerBound..<place.id + 64, 0xA5)] as [(Range<Int>, UInt8)] {
            var copy = file
            copy.replaceSubrange(range, with: repeatElement(filling, count: range.count))
            files.append(copy)
        }
        return files
    }

    @Test("the record of a restore: the quarantine holds")
    func origin() async throws {
        let vault = try await FurnishedVault()
        let place = try place(of: .origin, vault, vault.quarantined)
        var opened = 0
        for (number, file) in struck(vault.quarantined, place).enumerated() {
            let outcome = try await Trial(of: vault, file).run(isQuarantined: true, isChecked: false)
            #expect(outcome.wrong == [], "number \(number): \(outcome)")
            if outcome.isOpen { opened += 1 }
        }
        #expect(opened > 0)
    }

    @Test("an approval rule: what it asked about is not served")
    func approvalRule() async throws {
        let vault = try await FurnishedVault()
        let place = try place(of: .approvalRule, vault, vault.file)
        var opened = 0
        for (number, file) in struck(vault.file, place).enumerated() {
            let outcome = try await Trial(of: vault, file).run(isChecked: false)
            #expect(outcome.wrong == [], "number \(number): \(outcome)")
            if outcome.isOpen { opened += 1 }
        }
        #expect(opened > 0)
    }

    @Test("a release ends the quarantine that a damaged record is held for, also after the next start")
    func released() async throws {
        let vault = try await FurnishedVault()
        let place = try place(of: .origin, vault, vault.quarantined)
        var released = 0
        for (number, byte) in (place.id - RecordPlace.header..<place.id).enumerated() {
            var file = vault.quarantined
            file[byte] ^= 1 << (number % 8)
            let scratch = try Scratch()
            let path = scratch.file("vault.db")
            try Data(file).write(to: URL(filePath: path))
            guard let kit = try? TestVault(copyOf: path), case .success = try await kit.unseal() else { continue }
            #expect(try await answer(kit) == nil, "byte \(number)")
            do throws(Refusal) {
                try await kit.vault.perform(Backups.release(by: kit.admin))
            } catch {
                // The engine cannot write to the page: nothing is served, and a backup mends it.
                #expect([.databaseDamaged, .auditUnavailable].contains(error), "byte \(number)")
                #expect(try await answer(kit) == nil, "byte \(number)")
                continue
            }
            let later = try TestVault(restarting: kit)
            try await later.unseal().get()
            // A row that the engine cannot take out, and that still says it is a restore, begins the quarantine again.
            let served = try await answer(later)
            #expect([nil, "second"].contains(served), "byte \(number)")
            if served != nil { released += 1 }
        }
        print("released", released, "of", RecordPlace.header)
        #expect(released > 0)
    }

    private func answer(_ kit: TestVault) async throws -> String? {
        let command = Tokens.resolveOnce(
            try SecretName("notes/api"),
            fields: [try FieldName("value")],
            for: try kit.demand("notes/search"),
            by: kit.server(.synthetic(uid: 2000))
        )
        return try? await kit.vault.perform(command).get().value.text
    }
}
