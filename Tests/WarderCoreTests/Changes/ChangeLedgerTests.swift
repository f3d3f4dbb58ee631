import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// What is remembered of changes.
@Suite struct ChangeLedgerTests {
    @Test("every look back says what a list of all changes says, or that it is too far")
    func property() throws {
        var numbers = SeededNumbers()
        let names = try (0..<30).map { try SecretName("s\($0)") }
        let server = try ServerName("notes")
        for capacity in [1, 2, 7, 40, 1000] {
            var ledger = ChangeLedger(capacity: capacity)
            var all: [ChangeSet] = []
            for _ in 0..<400 {
                var changes = ChangeSet()
                for _ in 0..<Int.random(in: 0...3, using: &numbers) {
                    changes.secrets.insert(names.randomElement(using: &numbers) ?? names[0])
                }
                if Int.random(in: 0..<4, using: &numbers) == 0 {
                    let name = names.randomElement(using: &numbers) ?? names[0]
                    let uid = UInt32.random(in: 0..<3, using: &numbers)
                    changes.accesses.insert(
                        .init(secret: name, server: server, selectors: Selectors(uid: uid), minimumAttestation: .uid)
                    )
                }
                ledger.add(changes)
                if !changes.isEmpty { all.append(changes) }
                #expect(ledger.position == UInt64(all.count))
                #expect(ledger.count <= capacity + 4, "seed \(numbers.seed)")
                let position = UInt64.random(in: 0...ledger.position, using: &numbers)
                let found = ledger.changes(after: position)
                if position < ledger.floor {
                    #expect(found == nil)
                } else {
                    var wanted = ChangeSet()
                    for changes in all[Int(position)...] {
                        wanted.secrets.formUnion(changes.secrets)
                        wanted.accesses.formUnion(changes.accesses)
                    }
                    #expect(found == wanted, "capacity \(capacity), seed \(numbers.seed)")
                }
            }
            // Where everything has its place, nothing is forgotten.
            if capacity == 1000 { #expect(ledger.floor == 0) }
            if capacity == 7 { #expect(ledger.floor > 0) }
        }
    }

    @Test("the same secret a million times takes the place of a few")
    func superseded() throws {
        var ledger = ChangeLedger()
        let changes = ChangeSet(secrets: [try SecretName("a"), try SecretName("b")])
        for _ in 0..<1_000_000 { ledger.add(changes) }
        #expect(ledger.count == 2 && ledger.floor == 0)
        #expect(ledger.kept <= 200)
        #expect(ledger.changes(after: 999_999) == changes && ledger.changes(after: 1_000_000)?.isEmpty == true)
        #expect(ledger.changes(after: 1_000_001) == nil, "from the future")
    }
}
