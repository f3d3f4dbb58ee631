import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Counting tokens, and making room.
@Suite struct TokenTableTests {
    private let start = ManualClock.start

    @Test("whatever comes and goes, each process has as many tokens as it is counted for")
    func counts() throws {
        var numbers = SeededNumbers()
        let limits = TokenTable.Limits(total: 40, perProcess: 10)
        var table = TokenTable(limits: limits)
        var held: [TokenHash: Token] = [:]
        var now = start
        for index in 0..<5000 {
            now = now.adding(seconds: Int64.random(in: 0...3, using: &numbers))
            switch Int.random(in: 0..<8, using: &numbers) {
            case 0..<5:
                let token = try token(index, of: Int32.random(in: 1...6, using: &numbers), life: 60, from: now)
                let own = held.values.count { $0.process == token.process }
                #expect(
                    table.hasRoom(for: token.process) == (held.count < limits.total && own < limits.perProcess),
                    "seed \(numbers.seed)"
                )
                guard table.hasRoom(for: token.process) else { continue }
                table[Self.hash(index)] = token
                held[Self.hash(index)] = token
            case 5:
                guard let hash = held.keys.randomElement(using: &numbers) else { continue }
                table[hash]?.expires = now.adding(seconds: 90)
                held[hash]?.expires = now.adding(seconds: 90)
            case 6:
                guard let hash = held.keys.randomElement(using: &numbers) else { continue }
                table[hash] = nil
                held[hash] = nil
            default:
                table.makeRoom(at: now)
                held = held.filter { table[$0.key] != nil || now.isBefore($0.value.expires) }
            }
            #expect(table.count == held.count, "seed \(numbers.seed)")
        }
        let removed = table.remove { _ in true }
        #expect(removed.count == held.count && table.isEmpty)
        for pid in 1...6 { #expect(table.hasRoom(for: process(Int32(pid)))) }
    }

    @Test("all processes together have so many")
    func together() throws {
        var table = TokenTable()
        let limits = TokenTable.Limits()
        let processes = limits.total / limits.perProcess
        for index in 0..<limits.total {
            let token = try token(index, of: Int32(index % processes), life: 300, from: start)
            #expect(table.hasRoom(for: token.process))
            table[Self.hash(index)] = token
        }
        #expect(table.count == 50_000)
        #expect(!table.hasRoom(for: process(-1)), "somebody who has none yet")
        table[Self.hash(0)] = nil
        #expect(table.hasRoom(for: process(-1)))
        #expect(!table.hasRoom(for: process(1)))
    }

    @Test("room is made where it is needed, and nobody else loses an ended token for it")
    func fairness() throws {
        var table = TokenTable(limits: TokenTable.Limits(total: 100, perProcess: 4))
        for index in 0..<4 { table[Self.hash(index)] = try token(index, of: 1, life: index < 2 ? 10 : 60, from: start) }
        table[Self.hash(9)] = try token(9, of: 2, life: 10, from: start)
        table.makeRoom(at: start.adding(seconds: 20))
        #expect(table.count == 3 && table[Self.hash(9)] != nil)
        #expect(table.hasRoom(for: process(1)))
    }

    @Test("whoever asks for ever more makes the vault look through its tokens once a second")
    func pause() throws {
        var table = TokenTable(limits: TokenTable.Limits(total: 100, perProcess: 2))
        for index in 0..<2 { table[Self.hash(index)] = try token(index, of: 1, life: 10, from: start) }
        let end = start.adding(seconds: 10)
        table.makeRoom(at: Moment(wall: end.wall, uptime: end.uptime - 1))
        table.makeRoom(at: end)
        #expect(table.count == 2)
        table.makeRoom(at: end.adding(seconds: 1))
        #expect(table.isEmpty)
    }

    private static func hash(_ index: Int) -> TokenHash {
        let id = RecordID(high: UInt64(index), low: 0)
        return TokenHash(exactly: id.bytes + id.bytes)
    }

    private func process(_ pid: Int32) -> ProcessIdentity { Peer.synthetic(pid: pid).process }

    private func token(_ index: Int, of pid: Int32, life: Int64, from now: Moment) throws -> Token {
        Token(
            accessor: TokenAccessor(random: RecordID(high: UInt64(index), low: 1)),
            tool: try ToolID("notes/search"),
            process: process(pid),
            issued: now,
            expires: now.adding(seconds: life),
            hardLimit: now.adding(seconds: life),
            claims: Claims()
        )
    }
}
