import HashTreeCollections
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// Votes, refusals, restarts, revoked approvers, changed rules, new versions, time and retries in any order: never a
/// credential without the votes that the rule asks for, and never two for one approval, unless its token came back
/// before it had opened anything.
///
/// What must hold is kept a second time here, by other means than the vault's: what was said in the order in which it
/// was said, and seats filled by trying.
@Suite struct ApprovalPropertyTests {
    /// What is known of one approval from outside.
    private struct Known {
        let arguments: String
        let version: UInt32
        let terms: [String]
        let asked: Timestamp
        /// Who said yes, when, and in which life of theirs.
        var votes: [(name: String, life: Int, time: Timestamp)] = []
        var wasDenied = false
        var isVoid = false
        var wasUsed = false
    }

    private struct Person {
        let name: String
        let uid: UInt32
        var groups: [String]
        var life = 0
        var isThere = true
    }

    /// The world as the test sees it.
    private struct World {
        var numbers: SeededNumbers
        var known: [ApprovalID: Known] = [:]
        var people = ApprovalStand.people.map { Person(name: $0.name, uid: $0.uid, groups: $0.groups) }
        var terms = ["owner", "security"]
        var version: UInt32 = 1
        var issued = 0
        /// Approvals that came back with their tokens.
        var returned = 0
        /// Tokens that nothing was done with yet, and what let them through.
        var held: [(token: HeldToken, id: ApprovalID)] = []

        mutating func number(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &numbers) }

        /// Whether people who are there now, and have said yes, fill the seats, each one.
        func isFilled(_ known: Known) -> Bool {
            let voters = people.filter { person in
                person.isThere && known.votes.contains { $0.name == person.name && $0.life == person.life }
            }
            func fits(_ seats: ArraySlice<String>, _ voters: [Person]) -> Bool {
                guard let seat = seats.first else { return true }
                return voters.indices.contains { index in
                    let person = voters[index]
                    guard seat == "owner" ? person.name == "olga" : person.groups.contains(seat) else { return false }
                    var others = voters
                    others.remove(at: index)
                    return fits(seats.dropFirst(), others)
                }
            }
            return fits(known.terms[...], voters)
        }
    }

    private static let arguments = [#"{"amount":1}"#, #"{"amount":2}"#, #"{"amount":3}"#]
    private static let rules = [
        ["owner", "security"], ["security", "security"], ["owner"], ["owner", "security", "team-lead"],
    ]

    @Test("in any order of what can happen, no credential without its votes, and none twice")
    func anyOrder() async throws {
        var (total, returned) = (0, 0)
        for _ in 0..<10 {
            let stand = try await ApprovalStand()
            var world = World(numbers: SeededNumbers())
            for _ in 0..<160 {
                try await step(stand, &world)
            }
            print(
                "approvals: seed \(world.numbers.seed), \(world.known.count) approvals, \(world.issued) credentials,",
                "\(world.returned) returned"
            )
            total += world.issued
            returned += world.returned
        }
        #expect(total > 0, "the test never sees a credential")
        #expect(returned > 0, "the test never sees an approval come back")
    }

    private func step(_ stand: ApprovalStand, _ world: inout World) async throws {
        let seed = world.numbers.seed
        switch world.number(26) {
        case 0...5: try await ask(stand, &world)
        case 6...12:
            guard let id = someApproval(&world) else { return }
            try await vote(world.number(world.people.count), on: id, stand, &world)
        case 13:
            guard world.number(3) == 0, let id = someApproval(&world) else { return }
            if try await stand.deny(id, "ada") == nil {
                // Said in time, or before the token that has the yes opened anything.
                let isUnopened = world.held.contains { $0.id == id }
                #expect(world.known[id]?.wasUsed == false || isUnopened, "seed \(seed)")
                world.known[id]?.wasDenied = true
                world.known[id]?.wasUsed = false
            }
        case 14: stand.kit.clock.advance(seconds: Int64(1 + world.number(400)))
        case 15: try await stand.restart()
        case 16:
            let index = world.number(world.people.count)
            try await toggle(stand, &world.people[index])
        case 17:
            guard world.number(3) == 0 else { return }
            let terms = Self.rules[world.number(Self.rules.count)]
            let seats = ApprovalTerms(try terms.map { try ApprovalTerms.Seat($0) })
            let scope = ApprovalRule.Scope(server: nil, risk: .critical, category: .financial)
            let refusal = await stand.kit.refusal(of: Approvals.setRule(scope, seats, by: stand.kit.admin))
            // A group that all have left is none that can be asked.
            let here = world.people.filter(\.isThere).flatMap(\.groups)
            #expect((refusal == .notFound) == terms.contains { $0 != "owner" && !here.contains($0) }, "seed \(seed)")
            if refusal == nil { world.terms = terms }
        case 18:
            guard world.number(4) == 0 else { return }
            world.version = try await stand.kit.mustPut("shop/api", "s\(world.version)").version?.number ?? 0
        case 19, 20: try await settle(stand, &world)
        case 21...24:
            // Left to chance alone, people hardly ever agree.
            guard let id = someApproval(&world), let arguments = world.known[id]?.arguments else { return }
            for index in world.people.indices { try await vote(index, on: id, stand, &world) }
            try await ask(stand, &world, arguments)
        default:
            guard world.number(6) == 0 else { return }
            try await stand.kit.seal()
            try await stand.kit.openAsRestored()
            try await stand.kit.vault.perform(Backups.release(by: stand.kit.admin))
            for id in world.known.keys { world.known[id]?.isVoid = true }
        }
    }

    /// One person says yes, if they are there.
    private func vote(
        _ index: Int,
        on id: ApprovalID,
        _ stand: ApprovalStand,
        _ world: inout World
    ) async throws {
        let person = world.people[index]
        guard person.isThere, try await stand.approve(id, person.name) == nil else { return }
        let known = try #require(world.known[id])
        #expect(!known.wasDenied && !known.wasUsed, "seed \(world.numbers.seed)")
        world.known[id]?.votes.removeAll { $0.name == person.name }
        world.known[id]?.votes.append((person.name, person.life, stand.kit.clock.now().wall))
    }

    private func someApproval(_ world: inout World) -> ApprovalID? {
        let ids = world.known.keys.sorted()
        // Mostly those that were asked for last: others have ended.
        let recent = ids.sorted {
            (world.known[$0]?.asked ?? .init(milliseconds: 0)) > (world.known[$1]?.asked ?? .init(milliseconds: 0))
        }
        return recent.isEmpty ? nil : recent[world.number(min(4, recent.count))]
    }

    /// Removes a person, or adds them again: another life of the same name and user.
    private func toggle(_ stand: ApprovalStand, _ person: inout Person) async throws {
        if person.isThere {
            try await stand.kit.vault.perform(Operators.remove(try OperatorName(person.name), by: stand.kit.admin))
        } else {
            try await stand.kit.mustAddOperator(
                person.name,
                uid: person.uid,
                roles: [.approver],
                groups: person.groups,
                withPresence: false
            )
            person.life += 1
        }
        person.isThere.toggle()
    }

    private func ask(_ stand: ApprovalStand, _ world: inout World, _ same: String? = nil) async throws {
        let seed = world.numbers.seed
        let now = stand.kit.clock.now().wall
        let arguments = same ?? Self.arguments[world.number(Self.arguments.count)]
        let answer: Requested<Tokens.Issued>
        do { answer = try await stand.ask(arguments) } catch let refusal as Refusal {
            #expect(refusal == .approvalDenied || refusal == .approvalLimit, "seed \(seed)")
            return
        }
        switch answer {
        case .waits(let status):
            if world.known[status.id] == nil {
                world.known[status.id] = Known(
                    arguments: arguments,
                    version: world.version,
                    terms: world.terms,
                    asked: now
                )
            }
            #expect(world.known[status.id]?.arguments == arguments, "seed \(seed)")
            #expect(world.known[status.id]?.wasUsed == false, "seed \(seed)")
        case .done(let issued):
            let name = try #require(try stand.kit.lastEvent().approval)
            let id = try ApprovalID(name)
            let known = try #require(world.known[id], "seed \(seed)")
            #expect(!known.wasUsed && !known.wasDenied && !known.isVoid, "seed \(seed)")
            #expect(known.arguments == arguments, "seed \(seed)")
            #expect(known.version == world.version && known.terms == world.terms, "seed \(seed)")
            #expect(world.isFilled(known), "seed \(seed)")
            let last = try #require(known.votes.map(\.time).max(), "seed \(seed)")
            #expect(now < last.adding(seconds: Approval.usable), "seed \(seed)")
            world.known[id]?.wasUsed = true
            world.issued += 1
            try await end(HeldToken(issued), of: id, arguments, stand, &world)
        }
    }

    /// What a server does with its token: nothing for now, gives it back at once, or uses it and perhaps gives it back
    /// then.
    private func end(
        _ token: HeldToken,
        of id: ApprovalID,
        _ arguments: String,
        _ stand: ApprovalStand,
        _ world: inout World
    ) async throws {
        let seed = world.numbers.seed
        switch world.number(5) {
        case 0: world.held.append((token, id))
        case 1:
            #expect(await drop(token, stand) == nil, "seed \(seed)")
            world.returned += 1
            #expect(try stand.standing(id) == .approved, "seed \(seed)")
            // Nothing has happened since: the same call goes through by the same yes.
            let again = HeldToken(try await stand.ask(arguments).get())
            #expect(try stand.kit.lastEvent().approval == id.text, "seed \(seed)")
            world.held.append((again, id))
        case 2:
            let version = world.version
            let known = try await stand.kit.vault.perform(stand.kit.resolve("shop/api", with: token, known: version))
            guard case .notModified(version) = known else { throw TestFailure("seed \(seed): a value came back") }
            #expect(await drop(token, stand) == nil, "seed \(seed)")
            #expect(try stand.standing(id) == .used, "seed \(seed)")
        default:
            // What it opens, it opens once.
            #expect(await stand.kit.refusal(of: try stand.kit.resolve("shop/api", with: token)) == nil, "seed \(seed)")
            let again = try stand.kit.resolve("shop/api", with: token)
            #expect(await stand.kit.refusal(of: again) == .tokenExhausted, "seed \(seed)")
            guard world.number(2) == 0 else { return }
            #expect(await drop(token, stand) == nil, "seed \(seed)")
            #expect(try stand.standing(id) == .used, "seed \(seed)")
        }
    }

    private func drop(_ token: HeldToken, _ stand: ApprovalStand) async -> Refusal? {
        await stand.kit.refusal(of: Tokens.drop(token.presented, by: stand.kit.server(.synthetic())))
    }

    /// Gives back a token that was issued some time ago, and perhaps uses it first; most of its world may be another by
    /// now.
    private func settle(_ stand: ApprovalStand, _ world: inout World) async throws {
        guard !world.held.isEmpty else { return }
        let seed = world.numbers.seed
        let index = world.number(world.held.count)
        let (token, id) = world.held.remove(at: index)
        let known = try #require(world.known[id], "seed \(seed)")
        var isUsed = false
        if world.number(2) == 0 {
            let version = world.number(2) == 0 ? world.version : nil
            let resolve = try stand.kit.resolve("shop/api", with: token, known: version)
            isUsed = await stand.kit.refusal(of: resolve) == nil
            if isUsed {
                #expect(known.version == world.version && known.terms == world.terms, "seed \(seed)")
                #expect(world.isFilled(known) && !known.isVoid && !known.wasDenied, "seed \(seed)")
            }
        }
        if let refusal = await drop(token, stand) {
            // It ended before, and what let it through stays used.
            #expect(refusal == .tokenUnknown || refusal == .tokenExpired, "seed \(seed)")
        } else if !isUsed {
            world.known[id]?.wasUsed = false
            world.returned += 1
        }
    }
}
