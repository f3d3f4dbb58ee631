import Locking
import Testing
import WarderTesting

@testable import WarderCore

/// Reading on past what cannot be read.
@Suite struct RowScanTests {
    private struct Walk {
        var rows: [Int64] = []
        var stops: [Int64] = []
        var reads = 0
    }

    /// A table of which some rows lie on pages that the store cannot read.
    private func walk(_ table: [Int64], broken: Set<Int64>, slice: Int = 4) throws -> Walk {
        let reads = Locked(0)
        let scan = RowScan<Int64>(slice: slice, position: { $0 }) { position, limit throws(StoreError) in
            reads.withLock { $0 += 1 }
            let rows = table.lazy.filter { $0 > position }.prefix(limit)
            if rows.contains(where: broken.contains) { throw .damaged(code: 11) }
            return Array(rows)
        }
        var walk = Walk()
        try scan.run(unreadable: { walk.stops.append($0) }, body: { walk.rows += $0 })
        walk.reads = reads.withLock { $0 }
        return walk
    }

    @Test("rows before, between and behind broken ones are all read, and each stretch is told once")
    func stretches() throws {
        let table = Array(Int64(1)...1000)
        let broken = Set(Array(Int64(6)...9) + Array(400...450) + [460])
        let walk = try walk(table, broken: broken)
        #expect(walk.rows == table.filter { !broken.contains($0) })
        #expect(walk.stops.count == 3)
    }

    @Test("wherever broken rows lie within reach, none that can be read is left out")
    func anywhere() throws {
        var numbers = SeededNumbers()
        for _ in 0..<200 {
            var table: [Int64] = []
            var next: Int64 = 0
            for _ in 0..<150 {
                next += .random(in: 1...2, using: &numbers)
                table.append(next)
            }
            let broken = Set(table.filter { _ in Int.random(in: 0..<5, using: &numbers) == 0 })
            let slice = Int.random(in: 1...64, using: &numbers)
            let walk = try walk(table, broken: broken, slice: slice)
            #expect(walk.rows == table.filter { !broken.contains($0) }, "seed \(numbers.seed)")
        }
    }

    @Test("a tree that leads back to rows that were read already is left, and not gone round in for ever")
    func circle() throws {
        var calls = 0
        var rows: [Int64] = []
        var stops = 0
        let reads = Locked(0)
        let scan = RowScan<Int64>(slice: 2, position: { $0 }) { position, limit throws(StoreError) in
            reads.withLock { $0 += 1 }
            return Array([1, 2, 3, 2, 3].drop { $0 <= position }.prefix(limit))
        }
        try scan.run(
            unreadable: { _ in stops += 1 },
            body: {
                rows += $0
                calls += 1
            }
        )
        #expect(Array(rows.prefix(3)) == [1, 2, 3] && rows.count < 10)
        #expect(calls < 10 && reads.withLock { $0 } < 600)
    }

    @Test("a table that cannot be read at all costs some hundred tries, and its end beyond millions is found")
    func everything() throws {
        let all = try walk([1, 2, 3], broken: [3])
        #expect(all.rows == [1, 2] && all.reads < 600)
        let far = try walk([1, 5_000_000, 5_000_001], broken: [1, 5_000_000])
        #expect(far.rows == [5_000_001] && far.reads < 600)
        let last = try walk([1, .max], broken: [.max])
        #expect(last.rows == [1] && last.reads < 600)
    }
}
