/// Whose votes a call needs: seats, each of which one person takes. No seat at all means that nobody is asked.
package struct ApprovalTerms: Sendable, Hashable {
    /// Whom a vote is asked of.
    package enum Seat: Sendable, Hashable, Comparable {
        /// Any member of a group of approvers.
        case group(ServerName)
        /// Who owns the tool, or a secret that it would get.
        case owner
        /// Any admin or approver: where one person does everything, it is their presence that counts.
        case anyOperator

        package static func < (left: Self, right: Self) -> Bool { left.text < right.text }
    }

    /// Seats of one rule at most.
    package static let maximumSeats = 8

    /// Ascending; the same seat twice asks two people.
    package let seats: [Seat]

    package init(_ seats: [Seat]) { self.seats = seats.sorted() }

    /// Nobody is asked.
    package static let none = ApprovalTerms([])

    package var isEmpty: Bool { seats.isEmpty }

    /// Names of the groups whose votes are asked for.
    package var groups: Set<String> {
        Set(
            seats.compactMap { seat -> String? in
                if case .group(let name) = seat { name.text } else { nil }
            }
        )
    }

    /// What a class asks for where no rule says anything else.
    ///
    /// With a team, everything but a standard read-only tool asks somebody, and more people the more harm it can do. A
    /// single user is asked for critical tools and for what moves money or administers: being asked for everything
    /// teaches people to say yes.
    package static func standard(_ risk: Tool.Risk, _ category: Tool.Category, in profile: Profile) -> ApprovalTerms {
        switch (profile, category, risk) {
        case (.singleUser, .standard, .readOnly), (.singleUser, .standard, .sideEffect): .none
        case (.singleUser, _, _): ApprovalTerms([.anyOperator])
        case (.team, .financial, _): ApprovalTerms([.security, .owner])
        case (.team, .administrative, _): ApprovalTerms([.security])
        case (.team, .standard, .readOnly): .none
        case (.team, .standard, .sideEffect): ApprovalTerms([.teamLead])
        case (.team, .standard, .critical): ApprovalTerms([.teamLead, .security])
        }
    }

    /// Everybody whom a standard asks, each once and ascending: the words that a rule is most likely to have.
    package static var standardSeats: [Seat] {
        var seats: Set<Seat> = []
        for profile in Profile.allCases {
            for category in Tool.Category.allCases {
                for risk in Tool.Risk.allCases { seats.formUnion(standard(risk, category, in: profile).seats) }
            }
        }
        return seats.sorted()
    }

    /// Whether every seat has a person of its own.
    ///
    /// `people`: for each of them, the seats that they may take. Nobody takes two.
    package func areFilled(by people: [Set<Seat>]) -> Bool { free(after: people).isEmpty }

    /// The seats that stay empty when as many as possible are taken.
    package func free(after people: [Set<Seat>]) -> [Seat] {
        // Augmenting paths: whoever sits may move to another seat of theirs, so that one more finds a place.
        var sitting: [Int?] = Array(repeating: nil, count: seats.count)
        func place(_ person: Int, _ seen: inout Set<Int>) -> Bool {
            for (index, seat) in seats.enumerated() where people[person].contains(seat) && seen.insert(index).inserted {
                if let other = sitting[index], !place(other, &seen) { continue }
                sitting[index] = person
                return true
            }
            return false
        }
        for person in people.indices {
            var seen: Set<Int> = []
            _ = place(person, &seen)
        }
        return zip(seats, sitting).filter { $0.1 == nil }.map(\.0)
    }
}

extension ApprovalTerms.Seat {
    private static let wordOfOwner = "owner"
    private static let wordOfOperator = "operator"

    /// `owner`, `operator`, or a group's name.
    package var text: String {
        switch self {
        case .group(let name): name.text
        case .owner: Self.wordOfOwner
        case .anyOperator: Self.wordOfOperator
        }
    }

    package init(_ text: String) throws(NameError) {
        switch text {
        case Self.wordOfOwner: self = .owner
        case Self.wordOfOperator: self = .anyOperator
        default: self = .group(try ServerName(text))
        }
    }

    fileprivate static let teamLead = group(.teamLead)
    fileprivate static let security = group(.security)
}

extension ServerName {
    /// Groups that the standard rules ask.
    fileprivate static let teamLead = known("team-lead")
    fileprivate static let security = known("security")

    private static func known(_ text: String) -> ServerName {
        do { return try ServerName(text) } catch { preconditionFailure("a group's name that is none") }
    }
}

extension ApprovalTerms: Codable {
    package init(from decoder: any Decoder) throws {
        self.init(try [String](from: decoder).map { try Seat($0) })
    }

    package func encode(to encoder: any Encoder) throws { try seats.map(\.text).encode(to: encoder) }
}

extension ApprovalTerms: CustomStringConvertible {
    /// `nobody`, `owner and security`, `team-lead (2)`.
    package var description: String {
        if seats.isEmpty { return "nobody" }
        var words: [String] = []
        for seat in seats where words.last != seat.text { words.append(seat.text) }
        return words.map { word in
            let count = seats.count { $0.text == word }
            return count == 1 ? word : "\(word) (\(count))"
        }.joined(separator: " and ")
    }
}
