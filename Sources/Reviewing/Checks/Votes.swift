import WarderModel

/// Whose votes rules ask for, as facts name them.
enum Votes {
    /// What a class asks for where no rule says anything else.
    static func standard(_ tool: ToolClass, in profile: Profile) -> [String] {
        ApprovalTerms.standard(tool.risk, tool.category, in: profile).seats.map(\.text)
    }

    /// Those of some votes that others do not have; two of one group are more than one. Any vote is an operator's: where
    /// nobody is asked for by name, somebody with a name will do.
    static func missing(_ votes: [String], in others: [String]) -> [String] {
        let operators = votes.count { $0 == ApprovalTerms.Seat.anyOperator.text }
        var left = others
        var missing: [String] = []
        for vote in votes.sorted() where vote != ApprovalTerms.Seat.anyOperator.text {
            if let index = left.firstIndex(of: vote) { left.remove(at: index) } else { missing.append(vote) }
        }
        let unfilled = max(0, operators - left.count)
        return missing + Array(repeating: ApprovalTerms.Seat.anyOperator.text, count: unfilled)
    }

    /// `owner and security`, `team-lead (2)`, `any operator`.
    static func words(_ votes: [String]) -> String {
        let counts = Dictionary(grouping: votes, by: \.self).mapValues(\.count).sorted { $0.key < $1.key }
        let names = counts.map { vote, count in
            (vote == ApprovalTerms.Seat.anyOperator.text ? "any operator" : vote) + (count == 1 ? "" : " (\(count))")
        }
        return Words.list(names, atMost: ApprovalTerms.maximumSeats)
    }
}
