import Testing
import WarderModel
import WarderTesting

@Suite struct ApprovalTermsTests {
    private typealias Seat = ApprovalTerms.Seat

    private static func terms(_ texts: String...) throws -> ApprovalTerms {
        ApprovalTerms(try texts.map { try Seat($0) })
    }
    private static func seats(_ texts: String...) throws -> Set<Seat> { Set(try texts.map { try Seat($0) }) }

    @Test("nobody takes two seats, however many they may take")
    func oneEach() throws {
        let terms = try Self.terms("security", "owner")
        #expect(!terms.areFilled(by: [try Self.seats("security", "owner")]))
        #expect(terms.areFilled(by: [try Self.seats("security", "owner"), try Self.seats("owner")]))
        #expect(!terms.areFilled(by: [try Self.seats("owner"), try Self.seats("owner")]))
    }

    @Test("whoever may take several seats makes room for who may take one")
    func makingRoom() throws {
        let terms = try Self.terms("a", "b", "c")
        let people = [try Self.seats("a", "b", "c"), try Self.seats("a", "b"), try Self.seats("a")]
        #expect(terms.areFilled(by: people))
        #expect(terms.free(after: [people[0], people[1], []]).count == 1)
    }

    @Test("the same group twice asks two people")
    func twice() throws {
        let terms = try Self.terms("security", "security")
        #expect(!terms.areFilled(by: [try Self.seats("security")]))
        #expect(terms.areFilled(by: [try Self.seats("security"), try Self.seats("security")]))
        #expect("\(terms)" == "security (2)")
    }

    @Test("no seat is filled by nobody, and a seat is not")
    func empty() throws {
        #expect(ApprovalTerms.none.areFilled(by: []))
        #expect(!(try Self.terms("owner")).areFilled(by: []))
    }

    @Test("seats are found full exactly when some order of the people fills them")
    func againstTrying() throws {
        var numbers = SeededNumbers()
        let names = ["a", "b", "c", "owner"]
        func number(below bound: Int) -> Int { Int.random(in: 0..<bound, using: &numbers) }
        func someSeats() throws -> [Seat] { try (0..<number(below: 4)).map { _ in try Seat(names[number(below: 4)]) } }
        for _ in 0..<2000 {
            let terms = ApprovalTerms(try someSeats())
            var people: [Set<Seat>] = []
            for _ in 0..<number(below: 5) { people.append(Set(try someSeats())) }
            #expect(terms.areFilled(by: people) == Self.fits(terms.seats[...], people), "seed \(numbers.seed)")
        }
    }

    private static func fits(_ seats: ArraySlice<Seat>, _ people: [Set<Seat>]) -> Bool {
        guard let first = seats.first else { return true }
        return people.indices.contains { index in
            var others = people
            guard others.remove(at: index).contains(first) else { return false }
            return fits(seats.dropFirst(), others)
        }
    }

    @Test("the standard of a team asks more people the more harm a call can do")
    func standard() {
        func text(_ risk: Tool.Risk, _ category: Tool.Category) -> String {
            "\(ApprovalTerms.standard(risk, category, in: .team))"
        }
        #expect(text(.readOnly, .standard) == "nobody")
        #expect(text(.sideEffect, .standard) == "team-lead")
        #expect(text(.critical, .standard) == "security and team-lead")
        for risk in Tool.Risk.allCases {
            #expect(text(risk, .financial) == "owner and security")
            #expect(text(risk, .administrative) == "security")
        }
    }
}
