import Foundation
import RandomTesting
import Testing
import WarderModel

/// Random sequences of operations on one secret, held against what must be true after each.
@Suite struct SecretVersionPropertyTests {
    /// What the test itself remembers about the secret.
    private struct Memory {
        var used: Set<UInt32> = []
        var destroyed: Set<UInt32> = []
        var current: UInt32?
        var now: Int64 = 0
    }

    @Test func `at most one version is current, none but by destruction is lost, and no number comes twice`() throws {
        var generator = SeededGenerator.printed()
        for _ in 0..<60 {
            var secret = Secret(
                id: RecordID(high: 1, low: 2),
                name: try SecretName("a/b"),
                created: Timestamp(milliseconds: 0)
            )
            var memory = Memory()
            for _ in 0..<150 {
                try step(&secret, &memory, &generator)
                check(secret, memory, generator.seed)
            }
            let stored = try JSONDecoder().decode(Secret.self, from: JSONEncoder().encode(secret))
            #expect(stored.versions == secret.versions, "seed \(generator.seed)")
            #expect(stored.nextNumber == secret.nextNumber, "seed \(generator.seed)")
        }
    }

    private func step(_ secret: inout Secret, _ memory: inout Memory, _ generator: inout SeededGenerator) throws {
        memory.now += 1
        let time = Timestamp(milliseconds: memory.now)
        let before = secret
        let number = UInt32.random(in: 0...before.nextNumber, using: &generator)
        let exists = memory.used.contains(number) && !memory.destroyed.contains(number)
        switch Int.random(in: 0..<10, using: &generator) {
        case 0..<4:
            let pending = Int.random(in: 0..<4, using: &generator) == 0
            let (added, gone) = secret.addVersion(
                fields: [.value],
                pending: pending,
                at: time,
                by: .person(try OperatorName("ada"))
            )
            let isNew = memory.used.insert(added.number).inserted
            #expect(isNew, "seed \(generator.seed): \(added.number) again")
            #expect(added == secret.version(added.number), "seed \(generator.seed)")
            let mayGo: [SecretVersion.State] = [.retired, .previous, .pending]
            #expect(gone.allSatisfy { before.version($0).map { mayGo.contains($0.state) } ?? false })
            #expect(secret.versions.count { $0.state == .pending } <= Secret.keptPendingVersions)
            if before.current == nil { #expect(secret.previous == before.previous, "seed \(generator.seed)") }
            #expect(secret.versions.count { $0.state == .retired } <= Secret.keptRetiredVersions)
            memory.destroyed.formUnion(gone)
            if !pending { memory.current = added.number }
        case 4..<7:
            let promoted = secret.promote(number)
            #expect(promoted == exists, "seed \(generator.seed): promote \(number)")
            if exists { memory.current = number } else { #expect(secret.versions == before.versions) }
        case 7:
            guard let previous = secret.previous else { return }
            let promoted = secret.promote(previous.number)
            #expect(promoted, "seed \(generator.seed)")
            if let current = before.current { #expect(secret.previous?.number == current.number) }
            memory.current = previous.number
        default:
            let destroyed = secret.markDestroyed(number, at: time)
            #expect(destroyed == exists, "seed \(generator.seed): destroy \(number)")
            if exists { memory.destroyed.insert(number) }
            if memory.current == number { memory.current = nil }
        }
    }

    private func check(_ secret: Secret, _ memory: Memory, _ seed: UInt64) {
        let numbers = secret.versions.map(\.number)
        #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count, "seed \(seed): order")
        #expect(memory.used.isSubset(of: 1..<secret.nextNumber), "seed \(seed): next number")
        #expect(memory.used.count == Int(secret.nextNumber) - 1, "seed \(seed): numbers without a gap")

        let current = secret.versions.filter { $0.state == .current }
        #expect(current.count <= 1, "seed \(seed): several are current")
        #expect(current.first?.number == memory.current, "seed \(seed): current")
        #expect(secret.current == current.first, "seed \(seed)")
        #expect(secret.versions.count { $0.state == .previous } <= 1, "seed \(seed): several are previous")

        for version in secret.versions {
            #expect(
                (version.state == .destroyed) == memory.destroyed.contains(version.number),
                "seed \(seed): destroyed"
            )
            #expect((version.state == .destroyed) == (version.destroyed != nil), "seed \(seed): date of destruction")
        }
        let living = memory.used.subtracting(memory.destroyed)
        #expect(living.isSubset(of: numbers), "seed \(seed): a version with values was forgotten")
        #expect(secret.versions.count { $0.state == .destroyed } <= Secret.keptTombstones, "seed \(seed): tombstones")
    }
}

extension Set<UInt32> {
    fileprivate func isSubset(of range: Range<UInt32>) -> Bool { allSatisfy { range.contains($0) } }
}
