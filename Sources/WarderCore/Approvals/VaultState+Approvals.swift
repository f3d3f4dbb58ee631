import HashTreeCollections
package import WarderModel

/// Who is asked, and whose word counts.
extension VaultState {
    /// Whose votes a tool's calls need now: the server's own rule, a rule for all servers, or what is standard.
    package func approvalTerms(of tool: Tool) -> ApprovalTerms {
        approvalRule(of: tool)?.terms ?? standardTerms(of: tool)
    }

    /// The rule that decides about a tool; `nil` where the standard does.
    package func approvalRule(of tool: Tool) -> ApprovalRule? {
        func scope(_ server: ServerName?) -> ApprovalRule.Scope {
            ApprovalRule.Scope(server: server, risk: tool.risk, category: tool.category)
        }
        return approvalRules[scope(tool.name.server)] ?? approvalRules[scope(nil)]
    }

    package func standardTerms(of tool: Tool) -> ApprovalTerms {
        ApprovalTerms.standard(tool.risk, tool.category, in: profile)
    }

    /// Whether anybody is asked before a call of the tool, unless a grant waives it.
    package func needsApproval(_ tool: Tool) -> Bool { !approvalTerms(of: tool).isEmpty }

    /// Where an approval stands with the operators that there are now.
    package func standing(of approval: Approval, at now: Timestamp) -> Approval.Standing {
        approval.standing(at: now, electorate(for: approval.subject))
    }

    package func missing(of approval: Approval) -> [ApprovalTerms.Seat] {
        approval.missing(electorate(for: approval.subject))
    }

    /// Whether a yes would bring an approval further that waits: of somebody whose seat is empty, or once more of
    /// somebody who said it already, where a vote that did not count for a while counts again.
    func wants(_ person: Operator, for approval: Approval) -> Bool {
        let seats = seats(of: person, for: approval.subject)
        let missing = missing(of: approval)
        guard !missing.isEmpty else { return !seats.isDisjoint(with: approval.subject.terms.seats) }
        return !approval.hasVote(of: person) && !seats.isDisjoint(with: missing)
    }

    /// Whose word counts now about a call.
    func electorate(for subject: ApprovalSubject) -> Approval.Electorate {
        Approval.Electorate(
            seats: { seats(of: $0, for: subject) },
            isTrustedAlone: { vote in
                admin(vote.uid, vote.person).map { !asks($0, for: subject) } ?? false
            }
        )
    }

    /// Whether a standing approval is about a tool as it is now, and was given by somebody whose word still counts for
    /// the server that asks as a user.
    func covers(_ standing: StandingApproval, _ tool: Tool, asking uid: UInt32) -> Bool {
        guard let server = servers[tool.name.server],
            standing.covers(tool, of: server.id, asking: approvalTerms(of: tool))
        else { return false }
        return isBacked(standing, asking: uid)
    }

    /// Whether who gave it is an admin still, and is not who asks.
    func isBacked(_ standing: StandingApproval, asking uid: UInt32?) -> Bool {
        admin(standing.uid, standing.person).map { !asks($0, for: standing.server, as: uid) } ?? false
    }

    /// An admin by the record that they had.
    private func admin(_ uid: UInt32, _ record: RecordID) -> Operator? {
        operators[uid].flatMap { $0.id == record && $0.roles.contains(.admin) ? $0 : nil }
    }

    package func status(of approval: Approval, at now: Timestamp) -> ApprovalStatus {
        ApprovalStatus(id: approval.name, standing: standing(of: approval, at: now), expires: approval.expires)
    }

    /// Seats that a vote may take now: none once its author is no approver any more.
    func seats(of vote: Approval.Vote, for subject: ApprovalSubject) -> Set<ApprovalTerms.Seat> {
        guard let person = operators[vote.uid], person.id == vote.person else { return [] }
        return seats(of: person, for: subject)
    }

    /// Seats that a person may take: none for who asks.
    func seats(of person: Operator, for subject: ApprovalSubject) -> Set<ApprovalTerms.Seat> {
        guard !asks(person, for: subject) else { return [] }
        let seats = seats(of: person)
        return person.roles.contains(.approver) && owns(person, subject) ? seats.union([.owner]) : seats
    }

    /// Seats that a person may take whatever the call is, unless they ask themselves.
    func seats(of person: Operator) -> Set<ApprovalTerms.Seat> {
        let isApprover = person.roles.contains(.approver)
        var seats: Set<ApprovalTerms.Seat> = []
        if isApprover || person.roles.contains(.admin) { seats.insert(.anyOperator) }
        guard isApprover else { return seats }
        for group in person.groups {
            if let name = try? ServerName(group) { seats.insert(.group(name)) }
        }
        return seats
    }

    /// Whether a person is the one who asks: the server runs as their user, or is theirs. Where one person does
    /// everything, their presence tells them from the server.
    func asks(_ person: Operator, for subject: ApprovalSubject) -> Bool {
        asks(person, for: subject.tool.server, as: subject.uid)
    }

    private func asks(_ person: Operator, for server: ServerName, as uid: UInt32?) -> Bool {
        guard profile == .team else { return false }
        return person.uid == uid || isServer(server, of: person)
    }

    /// Whether a person owns a server, or is the only user that it may run as.
    func isServer(_ name: ServerName, of person: Operator) -> Bool {
        guard let server = servers[name] else { return false }
        return server.owner?.text == person.name.text || server.selectors.uid == person.uid
    }

    /// Whose tool it is, or whose secret it would get. Where none of these owners is an operator, the group `owner`
    /// stands in for them.
    private func owns(_ person: Operator, _ subject: ApprovalSubject) -> Bool {
        let texts = [tools[subject.tool]?.owner?.text] + subject.releases.map { secrets[$0.secret]?.owner?.text }
        let owners = Set(texts.compactMap(\.self))
        if owners.contains(person.name.text) { return true }
        let known = operators.values.contains { owners.contains($0.name.text) }
        return !known && person.groups.contains(ApprovalTerms.Seat.owner.text)
    }

    /// What differs today from what an approval was asked for, in words; empty while it is about the same call.
    func differences(from subject: ApprovalSubject) -> [String] {
        guard let tool = tools[subject.tool], tool.id == subject.toolRecord,
            servers[subject.tool.server]?.id == subject.serverRecord
        else { return ["the tool was removed or registered anew"] }
        var differences: [String] = []
        if tool.definitionDigest != subject.acceptedDigest { differences.append("another definition was accepted") }
        if tool.risk != subject.risk || tool.category != subject.category { differences.append("the tool's class") }
        if approvalTerms(of: tool) != subject.terms { differences.append("whose votes are needed") }
        for release in subject.releases {
            let secret = secrets[release.secret]
            if secret?.id != release.record || secret?.standing != release.version {
                differences.append("the version of \(release.secret)")
            }
            let grant = grants[GrantKey(tool: subject.tool, secret: release.secret)]
            if grant?.approval != .byClass || !Set(release.fields).isSubset(of: grant?.fields ?? []) {
                differences.append("the grant of \(release.secret)")
            }
        }
        return differences
    }
}
