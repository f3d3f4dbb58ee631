import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Counting tokens, and making room.
@Suite struct TokenTableTests {
    private let start = ManualClock.start
    private let notes: ServerName

    init() throws { notes = try ServerName("notes") }

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
                    table.hasRoom(for: token.process, of: token.tool.server)
                        == (held.count < limits.total && own < limits.perProcess),
                    "seed \(numbers.seed)"
                )
                guard table.hasRoom(for: token.process, of: token.tool.server) else { continue }
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
        for pid in 1...6 { #expect(table.hasRoom(for: process(Int32(pid)), of: notes)) }
    }

    @Test("all processes together have so many")
    func together() throws {
        var table = TokenTable()
        let limits = TokenTable.Limits()
        let processes = limits.total / limits.perProcess
        for index in 0..<limits.total {
            let pid = index % processes
            // Five servers, under three users.
            let token = try token(
                index,
                of: Int32(pid),
                as: "s\(pid % 5)",
                uid: UInt32(pid % 3),
                life: 300,
                from: start
            )
            #expect(table.hasRoom(for: token.process, of: token.tool.server))
            table[Self.hash(index)] = token
        }
        #expect(table.count == 50_000)
        #expect(!table.hasRoom(for: process(-1), of: notes), "somebody who has none yet")
        table[Self.hash(0)] = nil
        #expect(table.hasRoom(for: process(-1), of: notes))
        #expect(!table.hasRoom(for: process(1, uid: 1), of: notes))
    }

    @Test("room is made where it is needed, and nobody else loses an ended token for it")
    func fairness() throws {
        var table = TokenTable(limits: TokenTable.Limits(total: 100, perProcess: 4))
        for index in 0..<4 { table[Self.hash(index)] = try token(index, of: 1, life: index < 2 ? 10 : 60, from: start) }
        table[Self.hash(9)] = try token(9, of: 2, life: 10, from: start)
        table.makeRoom(at: start.adding(seconds: 20))
        #expect(table.count == 3 && table[Self.hash(9)] != nil)
        #expect(table.hasRoom(for: process(1), of: notes))
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

    @Test("a server has so many tokens, and a user, however many processes they start; the others get theirs")
    func shares() throws {
        let limits = TokenTable.Limits(total: 100, perProcess: 4, perServer: 6, perUser: 9)
        var table = TokenTable(limits: limits)
        for index in 0..<6 { table[Self.hash(index)] = try token(index, of: Int32(index), life: 60, from: start) }
        #expect(!table.hasRoom(for: process(9), of: notes))
        let mail = try ServerName("mail")
        #expect(table.hasRoom(for: process(9), of: mail))
        for index in 6..<9 {
            table[Self.hash(index)] = try token(index, of: Int32(index), as: "mail", life: 60, from: start)
        }
        #expect(!table.hasRoom(for: process(9), of: mail), "the user has as many as it may")
        #expect(table.hasRoom(for: process(9, uid: 3), of: mail))
        #expect(!table.hasRoom(for: process(9, uid: 3), of: notes))
        table.remove { $0.tool.server == notes }
        #expect(table.hasRoom(for: process(9), of: mail) && table.hasRoom(for: process(9), of: notes))
    }

    @Test("where room is needed, processes that have ended lose their tokens, and nobody else does")
    func endedProcesses() throws {
        let kernel = EndedProcesses([process(1), process(2)])
        var table = TokenTable(limits: TokenTable.Limits(total: 100, perProcess: 4, perServer: 6, perUser: 50))
        for index in 0..<5 {
            table[Self.hash(index)] = try token(index, of: Int32(index % 5), life: 300, from: start)
        }
        table.makeRoom(at: start, asking: kernel)
        #expect(table.count == 5, "there is room")
        table[Self.hash(9)] = try token(9, of: 1, life: 300, from: start)
        #expect(!table.hasRoom(for: process(8), of: notes))
        table.makeRoom(at: start, asking: kernel)
        #expect(table.count == 3 && table.hasRoom(for: process(8), of: notes))
        for index in [0, 3, 4] { #expect(table[Self.hash(index)] != nil) }
    }

    private struct EndedProcesses: Processes {
        private let ended: Set<ProcessIdentity>

        init(_ ended: Set<ProcessIdentity>) { self.ended = ended }

        func hasEnded(_ process: ProcessIdentity) -> Bool { ended.contains(process) }
    }

    private static func hash(_ index: Int) -> TokenHash {
        let id = RecordID(high: UInt64(index), low: 0)
        return TokenHash(exactly: id.bytes + id.bytes)
    }

    private func process(_ pid: Int32, uid: UInt32 = 2000) -> ProcessIdentity {
        Peer.synthetic(uid: uid, pid: pid).process
    }

    private func token(
        _ index: Int,
        of pid: Int32,
        as server: String = "notes",
        uid: UInt32 = 2000,
        life: Int64,
        from now: Moment
    ) throws -> Token {
        Token(
            accessor: TokenAccessor(random: RecordID(high: UInt64(index), low: 1)),
            tool: try ToolID("\(server)/search"),
            process: process(pid, uid: uid),
            issued: now,
            expires: now.adding(seconds: life),
            hardLimit: now.adding(seconds: life),
            claims: Claims()
        )
    }
}
